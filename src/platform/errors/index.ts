export {
  type DocumentedErrorClass,
  DomainError,
  type DomainErrorClass,
  type Failure,
  InternalError,
  type Kind,
  RateLimited,
  Unavailable,
} from './domain-error';
export { reasonOf } from './reason';
export { ValidationFailed, type Violation } from './validation-failed';
