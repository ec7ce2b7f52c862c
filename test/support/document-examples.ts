import { Conformance } from './conformance';
import { COMMITTED, type Media, type PlacedOperation, resolved } from './contract';

/** The bodies that an operation takes and gives. */
export function bodiesOf({ requestBody, responses }: PlacedOperation): Media[] {
  const contents = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
  return contents.flatMap((content) => Object.values(content ?? {}));
}

export function examplesOf({ examples, example }: Media) {
  return Object.values(examples ?? (example === undefined ? {} : { only: { value: example } }));
}

/** Every example of the operation is as its schema says. */
export function expectGoodExamples(operation: PlacedOperation): void {
  const { operationId } = operation;
  for (const media of bodiesOf(operation)) {
    for (const example of examplesOf(media)) {
      const { value } = resolved(example, COMMITTED);
      const fault = Conformance.committed().mismatch(media.schema?.$ref ?? '', value);
      expect({ operationId, fault }).toEqual({ operationId });
    }
  }
}
