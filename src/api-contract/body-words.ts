import { type BodyPolicy, fileCountOf, sizeInWords } from '../platform/http';

/** The body of a route and its limits, for the manifest and the document. */
export function bodyInWords({ types, bytes, values, raw, multipart }: BodyPolicy): string {
  if (multipart) {
    const { fileBytes, fields, fieldBytes, seconds } = multipart;
    const files = fileCountOf(multipart);
    const parts = [
      `${counted(files, 'file')} of ${sizeInWords(fileBytes)}`,
      `${counted(fields, 'text field')} of ${sizeInWords(fieldBytes)} together`,
    ];
    return `${types.join(' or ')}, at most ${parts.join(' and ')}, in ${seconds} s`;
  }
  const limits = `at most ${sizeInWords(bytes)} and ${values} values`;
  return `${types.join(' or ')}, ${limits}${raw ? ', with its exact bytes' : ''}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
