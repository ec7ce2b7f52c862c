import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Texts } from './language.ts';

export const TextsContext = createContext<Texts | undefined>(undefined);

export function useTexts(): Texts {
  const texts = useContext(TextsContext);
  if (!texts) throw new Error('There is no language.');
  return texts;
}
