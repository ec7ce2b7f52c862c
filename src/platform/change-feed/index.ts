export type { Change } from './change-reader';
export { ChangeFeed, MAX_STALENESS_MS } from './change-feed';
export { ChangeFeedModule } from './change-feed.module';
export { RecentChanges } from './recent-changes';
