import { dataOf } from '../../../client/src/index.ts';
import { api, type SessionItem } from '../api.ts';
import { useTexts } from '../context.ts';
import { dateIn } from '../dates.ts';
import { deviceOf } from '../devices.ts';
import type { Messages } from '../messages/index.ts';
import { Section, Shown, useAction } from '../parts/section.tsx';
import { useLoaded } from '../use-loaded.ts';

function nameOf({ userAgent }: SessionItem, { account }: Messages): string {
  const { browser, system } = deviceOf(userAgent);
  if (browser && system) return account.onSystem(browser, system);
  return browser ?? system ?? account.unknownDevice;
}

/** Where the user is signed in. */
export function Sessions() {
  const { messages } = useTexts();
  const { account } = messages;
  const list = useLoaded(async () => dataOf(api.GET('/v1/sessions')));
  const { run, outcome } = useAction();
  const end = (id: string) =>
    run(async () => {
      await dataOf(api.DELETE('/v1/sessions/{id}', { params: { path: { id } } }));
      await list.reload();
    }, account.ended);
  const endOthers = () =>
    run(async () => {
      await dataOf(api.DELETE('/v1/sessions'));
      await list.reload();
    }, account.ended);
  return (
    <Section title={account.sessions}>
      <p class="muted">{account.sessionsIntro}</p>
      {outcome}
      <Shown of={list}>
        {({ items }) => (
          <>
            <ul class="items">
              {items.map((item) => (
                <SessionRow key={item.id} item={item} end={() => end(item.id)} />
              ))}
            </ul>
            {items.length > 1 && (
              <button type="button" onClick={endOthers}>
                {account.endOthers}
              </button>
            )}
          </>
        )}
      </Shown>
    </Section>
  );
}

function SessionRow({ item, end }: { readonly item: SessionItem; readonly end: () => void }) {
  const { language, messages } = useTexts();
  const { account } = messages;
  const name = nameOf(item, messages);
  return (
    <li>
      <div>
        <strong>{name}</strong> {item.current && <span class="tag">{account.thisDevice}</span>}
        <p class="muted">
          {account.lastUsed(dateIn(language, item.lastUsedAt))}
          {item.ipAddress && ` · ${item.ipAddress}`}
        </p>
      </div>
      {!item.current && (
        <button type="button" aria-label={account.endLabel(name)} onClick={end}>
          {account.end}
        </button>
      )}
    </li>
  );
}
