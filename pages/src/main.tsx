import { render } from 'preact';
import { App } from './app.tsx';
import { chosenLanguage, loadTexts } from './language.ts';
import { readPlace } from './router.ts';

// Before any request: nothing that is loaded afterwards sees the token in the address.
const firstPlace = readPlace();
const firstTexts = await loadTexts(chosenLanguage());
render(<App firstPlace={firstPlace} firstTexts={firstTexts} />, document.body);
