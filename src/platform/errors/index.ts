export { DomainError, type DomainErrorClass, InternalError, type Kind, Unavailable } from './domain-error';
export { ValidationFailed, type Violation } from './validation-failed';
