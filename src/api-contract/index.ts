export { describeAccessChanges } from './access-changes';
export { type AccessManifest, describeAccess, type RouteAccess } from './access-manifest';
export { describeApi } from './openapi/document';
export { redirectToDocuments, serveDocuments } from './openapi/documents-page';
