export { DeadlineExceeded, withDeadline } from './deadline';
