import { pageScript } from './script.js';
import { pageStyle } from './style.js';

/** The mailbox for people: one document, nothing to fetch but the API. */
export const mailboxPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Mailbox</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Crect y='5' width='32' height='22' rx='4' fill='%233b6ef5'/%3E%3Cpath d='m4 10 12 9 12-9' fill='none' stroke='%23fff' stroke-width='2.5'/%3E%3C/svg%3E">
<style>${pageStyle}</style>
</head>
<body>
<header>
  <h1>Mailbox</h1>
  <span id="count" aria-live="polite"></span>
  <input id="search" type="search" placeholder="Search: words, to:name, subject:&quot;two words&quot;" aria-label="Search mails" autocomplete="off" spellcheck="false">
  <button id="clear" type="button">Delete all</button>
</header>
<main>
  <nav aria-label="Mails">
    <ul id="list"></ul>
    <button id="more" type="button" hidden>Show older mails</button>
    <p id="empty" hidden></p>
  </nav>
  <article id="mail" hidden>
    <div class="head">
      <button id="back" type="button" aria-label="Back to the list">&larr; All mails</button>
      <h2 id="subject"></h2>
      <dl id="facts"></dl>
      <div id="attachments"></div>
      <div class="tabs" role="tablist">
        <button role="tab" type="button" data-tab="html">HTML</button>
        <button role="tab" type="button" data-tab="text">Text</button>
        <button role="tab" type="button" data-tab="headers">Headers</button>
        <button role="tab" type="button" data-tab="raw">Raw</button>
        <button id="delete" class="quiet" type="button">Delete</button>
      </div>
    </div>
    <div id="body" role="tabpanel"></div>
  </article>
  <p id="none">Choose a mail to read it.</p>
</main>
<script>${pageScript}</script>
</body>
</html>
`;
