export { changesOf } from './access-changes';
export { type AccessManifest, describeAccess, type RouteAccess } from './access-manifest';
export { describeApi } from './openapi/document';
export { leadToDocuments, serveDocuments } from './openapi/page';
