export { type OutboundAnswer, sendRequest } from './send-request';
