// By the beginning of a token: what its link is for, the route that redeems it, and the field it takes beside the token.
const LINKS = {
  ev_: {
    meaning: 'Verify your e-mail address.',
    path: 'v1/auth/email/verify',
    field: 'password',
    optional: true,
  },
  pr_: { meaning: 'Choose a new password.', path: 'v1/auth/password/reset', field: 'newPassword' },
  ec_: { meaning: 'Confirm your new e-mail address.', path: 'v1/auth/email/change/confirm' },
  eu_: { meaning: 'Undo the change of your e-mail address.', path: 'v1/auth/email/change/undo' },
  fu_: {
    meaning: 'Remove the second factors of your account and undo what came with them.',
    path: 'v1/auth/factors/undo',
  },
  se_: { meaning: 'End the session that the mail is about.', path: 'v1/auth/sessions/end' },
  in_: { meaning: 'Accept the invitation.', path: 'v1/auth/invitations/accept', field: 'password' },
};
const LABELS = {
  password: 'Password',
  newPassword: 'New password',
};

const [meaning, form, fields, call, outcome] = ['meaning', 'form', 'fields', 'call', 'outcome'].map((id) =>
  document.getElementById(id),
);
// This script is at account/account.js, wherever the application is.
const base = new URL('..', import.meta.url);

/** Out of the address bar, and so out of the history, of bookmarks and of screenshots. */
function takeToken() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (location.hash !== '') history.replaceState(null, '', location.pathname + location.search);
  return token;
}

function addField({ path, field, optional = false }) {
  const input = document.createElement('input');
  input.type = 'password';
  input.required = !optional;
  // Only the verification asks for a password that is set already.
  input.autocomplete = path === 'v1/auth/email/verify' ? 'current-password' : 'new-password';
  const label = document.createElement('label');
  label.append(`${LABELS[field]}${optional ? ', where the answer asks for it' : ''}`, input);
  fields.replaceChildren(label);
  return input;
}

/** What the server said, in a sentence for each fault. */
async function read(response) {
  if (response.ok) return `Done: ${response.status}.`;
  const problem = await response.json().catch(() => ({}));
  const faults = (problem.errors ?? []).map(({ pointer, detail }) => `${pointer}: ${detail}`);
  return [`${response.status} ${problem.code ?? ''}`, problem.detail, ...faults].filter(Boolean).join('\n');
}

function show(link, token) {
  const url = new URL(link.path, base).href;
  const input = link.field && addField(link);
  const bodyWith = (value) => JSON.stringify({ token, ...(link.field && value && { [link.field]: value }) });
  const placeholder = link.optional ? '' : '…';
  call.textContent = `curl -i ${url} -H 'content-type: application/json' -d '${bodyWith(placeholder)}'`;
  meaning.textContent = link.meaning;
  form.hidden = false;
  const send = async () => {
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', credentials: 'omit', headers, body: bodyWith(input?.value) };
    outcome.textContent = await fetch(url, request).then(read, () => 'The application did not answer.');
  };
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void send();
  });
}

const token = takeToken();
const link = LINKS[token?.slice(0, 3)];
if (link && /^[\w-]+$/.test(token)) show(link, token);
else if (token) meaning.textContent = 'This page does not know links of this kind.';
else meaning.textContent = 'Links in mails lead here, with their token after the #. This address has none.';
