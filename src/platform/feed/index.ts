export type { Change } from './change-reader';
export { Feed, NEWS_BOUND_MS } from './feed';
export { FeedModule } from './feed.module';
export { RecentChanges } from './recent-changes';
