'use strict';
(() => {
  const page = document.documentElement;
  const find = (id) => document.getElementById(id);
  const make = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const rows = find('rows');
  const legend = find('legend');
  const all = [...rows.children];
  page.classList.add('js');
  find('tools').hidden = false;

  // --- parts of the page, one at a time ---
  const parts = [...document.querySelectorAll('main > section')];
  const links = [...document.querySelectorAll('nav a')];
  function show(name) {
    for (const part of parts) part.hidden = part.id !== name;
    for (const link of links) {
      if (link.hash === `#${name}`) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
  }
  function follow() {
    const name = location.hash.slice(1);
    const target = name && find(name);
    const part = target && target.closest('main > section');
    show(part ? part.id : 'library');
    if (!target || target === part) return;
    if (target.localName === 'details') {
      if (target.hidden) reset();
      target.open = true;
      target.firstElementChild.focus({ preventScroll: true });
    }
    target.scrollIntoView({ block: 'start' });
  }
  addEventListener('hashchange', follow);

  // --- search, filters, order ---
  const plain = (text) => text.normalize('NFKD').replace(/[\u0300-\u036f]/g, '').toLowerCase();
  const search = find('search');
  const choice = { state: '', format: find('format'), year: find('year'), sort: find('sort') };
  const texts = new Map();
  function textOf(row) {
    let text = texts.get(row);
    if (text === undefined) {
      const [summary, facts] = row.children;
      text = plain(`${summary.querySelector('b').textContent} ${facts.textContent} ${row.id.slice(1)}`);
      texts.set(row, text);
    }
    return text;
  }
  function filter() {
    const words = plain(search.value).split(/\s+/).filter(Boolean);
    const { state } = choice;
    const format = choice.format.value;
    const year = choice.year.value;
    let shown = 0;
    for (const row of all) {
      const [its, kind, aired] = row.className.split(' ');
      const fits = (!state || state === its) && (!format || format === kind) && (!year || year === aired)
        && words.every((word) => textOf(row).includes(word));
      if (row.hidden === fits) row.hidden = !fits;
      shown += fits;
    }
    const count = (number) => number.toLocaleString('en');
    find('shown').textContent = shown === all.length ? `${count(shown)} entries` : `${count(shown)} of ${count(all.length)}`;
  }
  const states = [...document.querySelectorAll('#tools button')];
  function choose(state) {
    choice.state = state;
    for (const button of states) button.setAttribute('aria-pressed', String(button.dataset.state === state));
    filter();
  }
  function reset() {
    search.value = choice.format.value = choice.year.value = '';
    choose('');
  }
  const cell = (row, index) => row.firstElementChild.querySelectorAll('i')[index].textContent;
  const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
  function airedOf(row) {
    const [, day, month] = /^(?:(\d+) )?([A-Z][a-z]{2})?/.exec(cell(row, 2));
    return Number(row.className.split(' ')[2] || 0) * 400 + (MONTHS.indexOf(month) + 1) * 32 + Number(day || 0) || 0;
  }
  const ORDERS = {
    watched: () => all,
    title: () => {
      const { compare } = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
      return byKey((row) => row.querySelector('b').textContent, compare);
    },
    aired: () => byKey(airedOf, (one, other) => other - one),
    length: () => byKey((row) => Number(cell(row, 0).split('/')[0].replaceAll(',', '')), (one, other) => other - one),
  };
  function byKey(key, compare) {
    const keyed = all.map((row) => [key(row), row]);
    return keyed.sort((one, other) => compare(one[0], other[0])).map((pair) => pair[1]);
  }
  search.addEventListener('input', filter);
  choice.format.addEventListener('change', filter);
  choice.year.addEventListener('change', filter);
  choice.sort.addEventListener('change', () => {
    const ordered = ORDERS[choice.sort.value]();
    rows.textContent = ''; // moving thousands of rows one by one takes ten times as long
    rows.append(...ordered);
  });
  for (const button of states) button.addEventListener('click', () => choose(button.dataset.state));
  addEventListener('keydown', (event) => {
    const typing = /^(input|select|textarea)$/.test(event.target.localName);
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      location.hash = 'library';
      show('library');
      search.focus();
    } else if (event.key === 'Escape' && event.target === search) {
      reset();
    }
  });

  // --- an opened row: its lines become a table of both calendars ---
  const STATES = {
    added: '', found: 'found on Trakt', pending: 'sent, outcome unknown', removed: 'you removed it',
    undone: 'undone', displaced: 'at its old place', planned: 'to be added',
  };
  const SOURCES = {
    unsourced: '', activity: 'from your activity', spread: 'spread between known times', dates: 'spread between your dates',
    completed: 'counted back from your finish date', started: 'counted on from your start date',
    released: 'when it aired', updated: 'when you updated the entry',
  };
  const TIMES = { undated: 'without a date', 'on-release': 'when it aired', unknown: 'time not known here' };
  const role = (element, name) => {
    element.setAttribute('role', name);
    return element;
  };
  const WEEK = 7 * 864e5;
  const dayOf = (text, before) => Date.parse(`${text.length === 5 ? `${new Date(before).getUTCFullYear()}-` : ''}${text}T00:00Z`);
  function words(day) {
    const date = new Date(day);
    return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  }
  function parse(text) {
    let [episode, season, number, own, its, ownYear, itsYear] = [0, null, 0, null, null, 0, 0];
    let [state, source] = ['added', 'unsourced'];
    const watched = [];
    return text.split('\n').map((line) => {
      const [head, title = ''] = line.split('\t');
      const row = { title, plays: [] };
      episode += 1;
      number += 1;
      own = own === null ? null : own + WEEK;
      its = its === null ? null : its + WEEK;
      let film = false;
      let column = 0;
      for (const word of head.split(' ').filter(Boolean)) {
        const place = /^S(\d+)E(\d+)$/.exec(word);
        if (/^\d+$/.test(word)) episode = Number(word);
        else if (place) [season, number] = [Number(place[1]), Number(place[2])];
        else if (word === '@?') own = null;
        else if (word === 'aired?') its = null;
        else if (word[0] === '@') own = dayOf(word.slice(1), ownYear);
        else if (word === 'film') film = true;
        else if (word === 'unlisted') season = null;
        else if (word === '&') column += 1;
        else if (word in STATES) state = word;
        else if (word in SOURCES) source = word;
        else if (word in TIMES) row.plays.push({ time: TIMES[word], state, source });
        else if (/^[\d-]+$/.test(word)) its = dayOf(word, itsYear);
        else {
          const [day, clock] = word.includes('T') ? word.split('T') : ['', word];
          if (day) watched[column] = dayOf(day, watched[column]);
          row.plays.push({ time: `${words(watched[column])}, ${clock}`, state, source });
        }
      }
      ownYear = own ?? ownYear;
      itsYear = its ?? itsYear;
      return Object.assign(row, { episode, own, its, place: film ? 'film' : season === null ? '' : `S${season}E${number}`, season, number });
    });
  }
  function apart(row) {
    if (row.own === null || row.its === null) return '';
    const days = Math.round((row.its - row.own) / 864e5);
    return Math.abs(days) > 1 ? `${days > 0 ? '+' : '−'}${Math.abs(days)} d` : '';
  }
  function calendar(lines) {
    const own = lines.some((line) => line.own !== null);
    const sources = new Set(lines.flatMap((line) => line.plays.map((play) => play.source)));
    const common = sources.size === 1 ? SOURCES[[...sources][0]] : '';
    // A phone lays rows out as blocks, which takes a table's roles away: they are named.
    const table = role(make('table'), 'table');
    const names = ['Episode', ...(own ? ['Aired (AniList)'] : []), 'Trakt', 'Title', 'Aired (Trakt)', `Watched${common && `, ${common}`}`];
    const head = role(role(table.createTHead(), 'rowgroup').insertRow(), 'row');
    for (const name of names) head.append(role(make('th', name), 'columnheader'));
    const body = role(table.createTBody(), 'rowgroup');
    let before = null;
    for (const line of lines) {
      const row = role(body.insertRow(), 'row');
      const add = (text, className) => row.appendChild(role(make('td', text, className), 'cell'));
      if (before && (line.season !== before.season || line.number !== before.number + 1)) row.className = 'break';
      before = line;
      add(line.episode);
      if (own) add(line.own === null ? '–' : words(line.own), line.own === null ? 'own none' : 'own');
      add(line.place || 'not yet', 'place');
      add(line.title, 'name');
      const aired = add(line.its === null ? '–' : words(line.its), line.its === null ? 'its none' : 'its');
      if (apart(line)) aired.append(' ', make('em', apart(line)));
      const seen = add(line.plays.length ? undefined : '–', line.plays.length ? 'seen' : 'seen none');
      line.plays.forEach((play, index) => {
        if (index) seen.append(make('br'));
        if (play.state === 'added' || play.state === 'found') seen.append(make('span', '✓ ', 'yes'));
        const gone = play.state === 'undone' || play.state === 'removed';
        seen.append(make(gone ? 's' : 'span', play.time));
        const said = [STATES[play.state], common ? '' : SOURCES[play.source]].filter(Boolean).join(', ');
        if (said) seen.append(make('small', said));
      });
    }
    const wrap = make('div', undefined, 'calendar');
    wrap.tabIndex = 0;
    wrap.setAttribute('role', 'region');
    wrap.setAttribute('aria-label', 'Both calendars');
    wrap.append(table);
    return wrap;
  }
  let packed = null;
  async function unpack() {
    const block = find('titles');
    if (!block) return new Map();
    const bytes = Uint8Array.from(atob(block.textContent), (char) => char.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'))).text();
    return new Map(text.split('\n').map((line) => line.split('\t')).map(([id, ...titles]) => [`e${id}`, titles]));
  }
  rows.addEventListener('toggle', async (event) => {
    const row = event.target;
    const text = row.open && row.querySelector('pre');
    if (!text || !text.isConnected) return;
    const lines = text.textContent ? parse(text.textContent) : [];
    packed ??= unpack();
    const titles = (await packed).get(row.id);
    if (!text.isConnected) return;
    if (titles) lines.forEach((line, index) => { line.title = titles[index]; });
    if (lines.length) text.replaceWith(calendar(lines));
    else text.remove();
    if (legend.dataset.form) {
      const fix = make('a', 'fix…');
      fix.href = `${legend.dataset.form}&anilist=${encodeURIComponent(`https://anilist.co/anime/${row.id.slice(1)}`)}`;
      row.querySelector('p').append(' · ', fix);
    }
  }, true);

  // --- copying ---
  async function copy(text, from) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      getSelection().selectAllChildren(from);
      document.execCommand('copy');
    }
  }
  for (const button of document.querySelectorAll('.copy')) button.hidden = false;
  document.addEventListener('click', async (event) => {
    const button = event.target.closest('.copy');
    if (!button) return;
    const code = button.parentElement.querySelector('code');
    await copy(code.textContent, code);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });

  // --- covers ---
  const covers = find('covers');
  const kept = {
    get: () => { try { return localStorage.getItem('covers'); } catch { return null; } },
    set: (value) => { try { localStorage.setItem('covers', value); } catch { /* the choice lasts as long as the page */ } },
  };
  const held = document.querySelectorAll('[data-c]');
  const placeOf = (holder) => (holder.localName === 'details' ? holder.firstElementChild : holder);
  const nearby = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      nearby.unobserve(target);
      const picture = make('img');
      Object.assign(picture, { alt: '', loading: 'lazy', decoding: 'async', width: 30, height: 42 });
      picture.onerror = () => { picture.style.visibility = 'hidden'; };
      picture.src = `${legend.dataset.root}small/${target.dataset.c.replace('~', `bx${target.id.slice(1)}-`)}`;
      placeOf(target).prepend(picture);
    }
  }, { rootMargin: '400px' });
  function cover() {
    page.classList.toggle('covers', covers.checked);
    nearby.disconnect();
    for (const holder of held) {
      if (covers.checked) nearby.observe(holder);
      else placeOf(holder).querySelector('img')?.remove();
    }
  }
  covers.checked = kept.get() !== 'off' && held.length > 0;
  covers.parentElement.hidden = !held.length;
  covers.addEventListener('change', () => {
    kept.set(covers.checked ? 'on' : 'off');
    cover();
  });

  cover();
  filter();
  follow();
  addEventListener('load', follow); // the browser's own way to the address ends only now, and takes the focus
})();
