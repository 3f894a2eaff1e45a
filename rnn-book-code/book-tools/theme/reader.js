'use strict';

// What the pages need beyond mdBook's own script: accessible names and roles that the stock page lacks, keys that
// stay where the reader is, whole-file listings that keep their place, titles of the neighbouring pages.
(function reader() {
    const main = document.querySelector('main');
    const byId = id => document.getElementById(id);

    // ------------------------------------------------------------ roles and names of mdBook's own page

    const label = byId('mdbook-sidebar-toggle');
    if (label) {
        // A <label> takes neither a name nor aria-expanded, and no keyboard reaches it: a button takes its place.
        const button = document.createElement('button');
        button.type = 'button';
        button.className = 'icon-button';
        button.title = label.title;
        button.innerHTML = label.innerHTML;
        const follow = () => {
            for (const name of ['aria-label', 'aria-controls', 'aria-expanded']) button.setAttribute(name, label.getAttribute(name));
        };
        follow();
        new MutationObserver(follow).observe(label, { attributes: true });
        button.addEventListener('click', () => label.click());
        label.after(button);
        label.hidden = true;
        label.style.display = 'none';
    }
    byId('mdbook-menu-bar')?.setAttribute('role', 'banner');
    document.querySelector('.menu-title')?.setAttribute('role', 'none'); // the page's <h1> is in <main>
    byId('mdbook-search-wrapper')?.setAttribute('role', 'search');
    const searchbar = byId('mdbook-searchbar');
    if (searchbar) {
        searchbar.setAttribute('aria-label', 'Search this book');
        searchbar.setAttribute('aria-describedby', 'mdbook-searchresults-header');
    }
    const results = byId('mdbook-searchresults');
    if (results) {
        new MutationObserver(() => {
            for (const teaser of results.querySelectorAll('.teaser[aria-label]')) teaser.removeAttribute('aria-label');
        }).observe(results, { childList: true, subtree: true });
    }

    // ------------------------------------------------------------ what scrolls sideways can be reached by keyboard

    function nameOf(element) {
        const listing = element.closest('.listing');
        if (listing) return `${listing.querySelector('.label')?.textContent.replace(/\.$/, '') ?? 'Listing'}, code`;
        if (element.closest('.output')) return 'Output of the program';
        if (element.matches('.katex-display')) return 'Formula';
        if (element.matches('figure')) return element.querySelector('.label')?.textContent.replace(/\.$/, '') ?? 'Figure';
        return element.matches('code') ? 'Code' : 'Table';
    }

    function reach() {
        for (const element of main.querySelectorAll('pre > code, .katex-display, .table-wrapper, figure.plot')) {
            if (element.closest('.table-scroll')) continue; // has a name of its own
            const scrolls = element.scrollWidth > element.clientWidth || element.scrollHeight > element.clientHeight + 1;
            if (scrolls && !element.hasAttribute('tabindex')) {
                element.tabIndex = 0;
                if (!element.matches('figure')) element.setAttribute('role', 'group');
                element.setAttribute('aria-label', nameOf(element));
            } else if (!scrolls && element.hasAttribute('tabindex')) {
                for (const attribute of ['tabindex', 'role', 'aria-label']) element.removeAttribute(attribute);
            }
        }
    }

    // ------------------------------------------------------------ keys

    // mdBook turns the page on ← and →. Only do so when nothing on the page has the focus or is selected: within a
    // listing, a table, a formula or a control these keys belong to what the reader is in.
    window.addEventListener('keydown', event => {
        if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
        const focus = document.activeElement;
        const free = (!focus || focus === document.body) && (getSelection()?.isCollapsed ?? true);
        if (!free) event.stopPropagation();
    }, { capture: true });

    const still = matchMedia('(prefers-reduced-motion: reduce)');
    document.querySelector('.menu-title')?.addEventListener('click', event => {
        if (!still.matches) return;
        event.stopImmediatePropagation();
        document.scrollingElement.scrollTo(0, 0);
    }, { capture: true });

    // ------------------------------------------------------------ listings

    for (const code of main.querySelectorAll('.listing pre > code')) {
        const eye = code.parentElement.querySelector('.buttons button:not(.clip-button)');
        if (!eye || !code.querySelector('.boring')) continue;
        const listing = code.closest('.listing');
        const name = () => {
            const open = !code.classList.contains('hide-boring');
            eye.title = open ? 'Show only the listing' : 'Show the whole file';
            eye.setAttribute('aria-label', eye.title);
            eye.setAttribute('aria-expanded', String(open));
            return open;
        };
        name();
        // mdBook keeps the state in the title: give it back before its own handler looks.
        eye.addEventListener('click', () => {
            eye.title = code.classList.contains('hide-boring') ? 'Show hidden lines' : 'Hide lines';
        }, { capture: true });
        eye.addEventListener('click', () => {
            const open = name();
            listing.classList.toggle('whole-file', open);
            // Begin at the listing's own lines; what stands before them is a scroll away.
            const own = open && [...code.childNodes].find(node =>
                !node.classList?.contains('boring') && node.textContent.trim() !== '');
            if (own) {
                const range = document.createRange();
                range.selectNode(own);
                code.scrollTop += range.getBoundingClientRect().top - code.getBoundingClientRect().top - 60;
            }
            reach();
        });
    }
    for (const copy of main.querySelectorAll('.clip-button')) {
        copy.title = 'Copy';
        copy.setAttribute('aria-label', 'Copy to clipboard');
    }

    // A path breaks after its slashes only.
    for (const source of main.querySelectorAll('.listing-source')) {
        const [path, lines] = source.textContent.split(', ');
        const parts = path.match(/[^/]*\/|[^/]+$/g);
        if (lines) parts.push(`${parts.pop()},`, ` ${lines}`);
        source.replaceChildren(...parts.flatMap((part, i) => {
            const piece = document.createElement('span');
            piece.className = 'together';
            piece.textContent = part.trimStart();
            const gap = part.startsWith(' ') ? ' ' : document.createElement('wbr');
            return i === 0 ? [piece] : [gap, piece];
        }));
    }

    // ------------------------------------------------------------ formulas

    // A browser may break the line between a formula and the full stop, bracket or "-th" at it.
    for (const formula of main.querySelectorAll('.katex')) {
        if (formula.closest('.katex-display') || formula.offsetWidth > 180) continue;
        const [before, after] = [formula.previousSibling, formula.nextSibling];
        const head = before?.nodeType === Node.TEXT_NODE ? before.data.match(/[^\s\p{L}\p{N}]+$/u)?.[0] ?? '' : '';
        const tail = after?.nodeType === Node.TEXT_NODE ? after.data.match(/^[^\s—–]{1,12}/)?.[0] ?? '' : '';
        if (!head && !tail) continue;
        const together = document.createElement('span');
        together.className = 'together';
        formula.replaceWith(together);
        together.append(head, formula, tail);
        if (head) before.data = before.data.slice(0, -head.length);
        if (tail) after.data = after.data.slice(tail.length);
    }

    // ------------------------------------------------------------ exercises and neighbours

    for (const link of main.querySelectorAll('h3[id^="ex-"] > a.header')) {
        const text = link.firstChild;
        const parts = text?.nodeType === Node.TEXT_NODE && text.data.match(/^(Exercise [\w.]+) \((easy|medium|hard|project)\): /);
        if (!parts) continue;
        const badge = document.createElement('span');
        badge.className = `badge ${parts[2]}`;
        badge.textContent = parts[2];
        text.data = text.data.slice(parts[0].length);
        link.prepend(`${parts[1]} `, badge, ' ');
    }

    const titles = new Map([...document.querySelectorAll('#mdbook-sidebar .chapter-item a[href]')]
        .map(link => [link.href.split('#')[0], link.textContent.trim()]));
    for (const link of document.querySelectorAll('.mobile-nav-chapters')) {
        const title = titles.get(link.href.split('#')[0]);
        if (!title) continue;
        const words = document.createElement('span');
        words.textContent = title;
        link.append(words);
        link.setAttribute('aria-label', `${link.title}: ${title}`);
    }

    reach();
    addEventListener('resize', reach);
    document.fonts?.ready.then(reach);
})();
