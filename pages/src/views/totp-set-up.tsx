import { useEffect, useRef, useState } from 'preact/hooks';
import { dataOf, type paths } from '../../../client/src/index.ts';
import { api } from '../api.ts';
import { useTexts } from '../context.ts';
import { TotpField } from '../parts/code.tsx';
import { Form } from '../parts/form.tsx';
import { useConfirmed } from '../parts/step-up.tsx';

export type TotpEnrolment =
  paths['/v1/auth/factors/totp']['post']['responses'][200]['content']['application/json'];

interface TotpSetUpProps {
  readonly enrolment: TotpEnrolment;
  /** Receives the recovery codes that come with the first factor. */
  readonly onAdded: (recoveryCodes: readonly string[] | null) => Promise<void>;
  readonly onCancelled: () => void;
}

export function TotpSetUp({ enrolment, onAdded, onCancelled }: TotpSetUpProps) {
  const { factors: texts, common } = useTexts().messages;
  const confirmed = useConfirmed();
  const send = async ({ code = '' }) => {
    const body = { enrolment: enrolment.enrolment, code, replace: false };
    const { recoveryCodes } = await confirmed(async () =>
      dataOf(api.POST('/v1/auth/factors/totp/confirm', { body })),
    );
    await onAdded(recoveryCodes);
  };
  return (
    <div class="panel">
      <h3>{texts.setUp}</h3>
      <p>{texts.scan}</p>
      <QrCode text={enrolment.uri} />
      <p>
        <span class="muted">{texts.key}</span>
        <br />
        <code class="secret">{enrolment.secret.replaceAll(/(.{4})(?=.)/g, '$1 ')}</code>
      </p>
      <p>{texts.enterCode}</p>
      <Form
        submit={texts.submit}
        send={send}
        aside={
          <button type="button" class="quiet" onClick={onCancelled}>
            {common.cancel}
          </button>
        }
      >
        <TotpField />
      </Form>
    </div>
  );
}

/** Drawn as elements, because trusted types forbid markup. What draws it is loaded when it is needed. */
function QrCode({ text }: { readonly text: string }) {
  const { factors: texts } = useTexts().messages;
  const [rows, setRows] = useState<readonly (readonly boolean[])[]>();
  useEffect(() => {
    // Without it the key can still be typed.
    import('uqr').then(
      ({ encode }) => setRows(encode(text, { border: 2 }).data),
      () => undefined,
    );
  }, [text]);
  if (!rows) return null;
  const path = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : [])));
  return (
    <svg class="qr-code" role="img" aria-label={texts.qrCode} viewBox={`0 0 ${rows.length} ${rows.length}`}>
      <rect width="100%" height="100%" fill="#fff" />
      <path d={path.join('')} fill="#000" />
    </svg>
  );
}

interface RecoveryCodesProps {
  readonly codes: readonly string[];
  readonly onStored: () => void;
}

/** Shows the codes once. */
export function RecoveryCodes({ codes, onStored }: RecoveryCodesProps) {
  const { factors: texts, common } = useTexts().messages;
  const heading = useRef<HTMLHeadingElement>(null);
  const [isCopied, setCopied] = useState(false);
  useEffect(() => heading.current?.focus(), []);
  const copy = () => {
    navigator.clipboard.writeText(codes.join('\n')).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div class="panel">
      <h3 ref={heading} tabIndex={-1}>
        {texts.codesTitle}
      </h3>
      <p>{texts.codesText}</p>
      <ul class="codes">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ul>
      <div class="actions">
        <button type="button" class="primary" onClick={onStored}>
          {texts.stored}
        </button>
        <button type="button" onClick={copy}>
          {common.copy}
        </button>
        <span role="status">{isCopied && common.copied}</span>
      </div>
    </div>
  );
}
