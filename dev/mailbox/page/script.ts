/** Everything from a mail is set as text, never as HTML; its own HTML is shown only in the sandboxed frame. */
export const pageScript = String.raw`
'use strict';
const byId = (id) => document.getElementById(id);
const element = (name, props, ...children) => {
  const node = Object.assign(document.createElement(name), props);
  node.append(...children);
  return node;
};
const pageSize = 100;
const state = { limit: pageSize, chosen: null, mail: null, tab: 'html', shown: '' };

const person = (a) => (a.Name ? a.Name + ' <' + a.Address + '>' : a.Address);
const people = (list) => list.map(person).join(', ');
const when = (iso) => {
  const date = new Date(iso);
  const today = date.toDateString() === new Date().toDateString();
  return date.toLocaleString(undefined, today ? { timeStyle: 'medium' } : { dateStyle: 'medium', timeStyle: 'short' });
};
const size = (bytes) => (bytes < 1024 ? bytes + ' B' : bytes < 1048576 ? (bytes / 1024).toFixed(1) + ' kB' : (bytes / 1048576).toFixed(1) + ' MB');

async function call(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw new Error(path + ': ' + response.status);
  return response;
}

async function refresh() {
  const query = byId('search').value.trim();
  const base = query ? '/api/v1/search?query=' + encodeURIComponent(query) + '&' : '/api/v1/messages?';
  let page;
  try {
    page = await (await call(base + 'limit=' + state.limit)).json();
  } catch {
    byId('count').textContent = 'not reachable';
    return;
  }
  if (query !== byId('search').value.trim()) return;
  byId('count').textContent = query ? page.messages_count + ' of ' + page.total : page.total + (page.total === 1 ? ' mail' : ' mails');
  document.title = (page.unread ? '(' + page.unread + ') ' : '') + 'Mailbox';
  byId('more').hidden = page.messages_count <= page.messages.length;
  byId('clear').disabled = page.messages_count === 0;
  byId('clear').textContent = query ? 'Delete found' : 'Delete all';
  byId('empty').hidden = page.messages.length > 0;
  byId('empty').textContent = query ? 'Nothing matches.' : 'No mails yet. They appear here as they are sent.';
  const shown = JSON.stringify([page.messages.map((m) => [m.ID, m.Read]), state.chosen]);
  if (shown === state.shown) return;
  state.shown = shown;
  const focused = document.activeElement?.dataset?.id;
  byId('list').replaceChildren(...page.messages.map(listItem));
  if (focused) document.querySelector('[data-id="' + focused + '"]')?.focus();
}

function listItem(m) {
  const to = [...m.To, ...m.Cc, ...m.Bcc].map((a) => a.Name || a.Address).join(', ');
  const button = element('button', { type: 'button', className: m.Read ? '' : 'unread', title: people(m.To) },
    element('span', { className: 'row' },
      element('span', { textContent: 'To ' + (to || 'nobody') }),
      element('time', { dateTime: m.Created, textContent: (m.Attachments ? '+' + m.Attachments + (m.Attachments === 1 ? ' file \u00b7 ' : ' files \u00b7 ') : '') + when(m.Created) })),
    element('span', { className: 'title', textContent: m.Subject || '(no subject)' }),
    element('span', { className: 'snippet', textContent: m.Snippet || '\u00a0' }));
  button.dataset.id = m.ID;
  button.setAttribute('aria-current', String(m.ID === state.chosen));
  button.onclick = () => { location.hash = m.ID; };
  return element('li', {}, button);
}

async function open(id) {
  state.chosen = id || null;
  state.mail = null;
  if (id) {
    try {
      state.mail = await (await call('/api/v1/message/' + encodeURIComponent(id))).json();
    } catch {
      location.hash = '';
      return;
    }
    if (state.chosen !== id) return;
  }
  const mail = state.mail;
  byId('mail').hidden = !mail;
  byId('none').hidden = !!mail;
  document.querySelector('main').classList.toggle('reading', !!mail);
  if (mail) {
    byId('subject').textContent = mail.Subject || '(no subject)';
    const facts = [['From', person(mail.From)], ['To', people(mail.To)], ['Cc', people(mail.Cc)], ['Bcc', people(mail.Bcc)],
      ['Reply to', people(mail.ReplyTo)], ['Date', new Date(mail.Date).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'medium' })]];
    byId('facts').replaceChildren(...facts.filter((fact) => fact[1]).flatMap(([name, value]) =>
      [element('dt', { textContent: name }), element('dd', { textContent: value })]));
    byId('attachments').replaceChildren(...mail.Attachments.map((part) => element('a', {
      href: '/api/v1/message/' + mail.ID + '/part/' + part.PartID, target: '_blank', rel: 'noopener',
      textContent: '\u2193 ' + (part.FileName || part.ContentType) + ' \u00b7 ' + size(part.Size) })));
    show(mail.HTML ? state.tab : state.tab === 'html' ? 'text' : state.tab);
  }
  state.shown = '';
  await refresh();
}

async function show(tab) {
  const mail = state.mail;
  for (const button of document.querySelectorAll('[data-tab]')) {
    button.setAttribute('aria-selected', String(button.dataset.tab === tab));
    button.disabled = button.dataset.tab === 'html' && !mail.HTML;
  }
  const body = byId('body');
  body.dataset.tab = tab;
  const base = '/api/v1/message/' + mail.ID;
  let content;
  if (tab === 'html') {
    content = element('iframe', { title: 'The mail', src: '/view/' + mail.ID + '.html', referrerPolicy: 'no-referrer' });
    content.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox');
  } else if (tab === 'text') {
    content = element('pre', { textContent: mail.Text || '(no text part)' });
  } else if (tab === 'raw') {
    content = element('pre', { textContent: await (await call(base + '/raw')).text() });
  } else {
    const headers = Object.entries(await (await call(base + '/headers')).json());
    content = element('table', {}, element('tbody', {}, ...headers.flatMap(([name, values]) => values.map((value) =>
      element('tr', {}, element('th', { textContent: name, scope: 'row' }), element('td', { textContent: value }))))));
  }
  if (state.mail === mail && body.dataset.tab === tab) body.replaceChildren(content);
}

async function remove(path, body) {
  await call(path, { method: 'DELETE', ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }) });
  if (location.hash) location.hash = '';
  else await open('');
}

for (const button of document.querySelectorAll('[data-tab]')) {
  button.onclick = () => { state.tab = button.dataset.tab; show(state.tab); };
}
byId('search').oninput = () => { state.limit = pageSize; refresh(); };
byId('more').onclick = () => { state.limit += pageSize; refresh(); };
byId('back').onclick = () => { location.hash = ''; };
byId('delete').onclick = () => remove('/api/v1/messages', { IDs: [state.mail.ID] });
byId('clear').onclick = () => {
  const query = byId('search').value.trim();
  if (!confirm(query ? 'Delete all mails that match?' : 'Delete all mails?')) return;
  remove(query ? '/api/v1/search?query=' + encodeURIComponent(query) : '/api/v1/messages');
};
addEventListener('hashchange', () => open(location.hash.slice(1)));
addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && state.mail) location.hash = '';
  if (event.key === '/' && document.activeElement !== byId('search')) { event.preventDefault(); byId('search').focus(); }
});
setInterval(() => { if (!document.hidden) refresh(); }, 2000);
document.addEventListener('visibilitychange', () => { if (!document.hidden) refresh(); });
open(location.hash.slice(1));
`;
