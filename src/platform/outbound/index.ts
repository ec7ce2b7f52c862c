export { type OutboundAnswer, type OutboundRequest, sendRequest } from './send-request';
