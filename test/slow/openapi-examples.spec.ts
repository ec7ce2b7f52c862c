import { COMMITTED, operationsOf } from '../support/contract';
import { expectGoodExamples } from '../support/document-examples';

describe('every example in openapi.json', () => {
  it.each(operationsOf(COMMITTED).map((operation) => [operation.operationId, operation] as const))(
    'of %s is as its schema says',
    (_, operation) => {
      expect(() => expectGoodExamples(operation)).not.toThrow();
    },
  );
});
