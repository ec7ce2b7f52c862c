export {
  type DocumentedErrorClass,
  DomainError,
  type DomainErrorClass,
  InternalError,
  type Kind,
  RateLimited,
  Unavailable,
} from './domain-error';
export { ValidationFailed, type Violation } from './validation-failed';
