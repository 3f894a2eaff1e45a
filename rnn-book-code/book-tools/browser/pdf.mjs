// Prints the whole book, which mdBook puts on one page, as a PDF with an outline: pdf.mjs FILE
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const file = process.argv[2];
const { chromium } = createRequire(join(process.env.BROWSER_CACHE, 'package.json'))('playwright-core');

// What the style sheet has for print, and what only a PDF needs: the numbers of its pages, links that show.
const STYLE = `
    @page { size: A4; margin: 18mm 16mm 20mm; @bottom-center { content: counter(page); font: 9pt sans-serif; } }
    @page :first { @bottom-center { content: none; } }
    .content main a:not(.header) { color: #0b57a4 !important; }
    .content main .task-link { display: block !important; }
    /* Without it Chromium writes a heading at the top of a page into the outline twice. */
    .content main :is(h2, h3, h4) { padding-block-start: 3pt; }
    .title-page { text-align: center; padding-block-start: 70mm; break-after: page; }
    .title-page h1 { margin-block-end: 1em; }
    .title-page p { text-wrap: balance; }`;

/** Runs in the page: puts a title page before the text, and the numbers of chapters and sections into the headings. */
function prepare(style) {
    document.head.append(Object.assign(document.createElement('style'), { textContent: style }));
    const main = document.querySelector('main');
    // In the outline a badge would stick to its neighbours.
    for (const badge of main.querySelectorAll('.badge')) badge.replaceWith(`(${badge.textContent}):`);
    const pages = [...document.querySelectorAll('#mdbook-sidebar .chapter-item a:not(.toggle)')];
    const headings = [...main.querySelectorAll('h1, h2, h3, h4')];
    const titles = headings.filter(h => h.tagName === 'H1');
    if (pages.length !== titles.length) throw new Error(`${pages.length} pages in the summary, ${titles.length} headings`);
    // A section's headings stand one level below the chapter's in the outline, and look as before.
    let section = false;
    for (const heading of headings) {
        if (heading.tagName === 'H1') {
            const number = pages[titles.indexOf(heading)].querySelector('strong')?.textContent ?? '';
            heading.querySelector('a').prepend(number, number && ' ');
            section = /\d\.\d/.test(number);
        }
        heading.ariaLevel = Number(heading.tagName[1]) + Number(section);
    }
    const title = document.createElement('div');
    title.className = 'title-page';
    const add = (name, text) => title.appendChild(Object.assign(document.createElement(name), { textContent: text }));
    add('h1', document.title);
    add('p', document.querySelector('meta[name=description]').content);
    const address = document.querySelector('a[title="Git repository"]')?.href;
    if (!address) throw new Error('the pages name no repository; set git-repository-url in book.toml');
    add('p', '').appendChild(Object.assign(document.createElement('a'), { href: address, textContent: address }));
    add('p', 'MIT licence');
    main.prepend(title);
}

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none'],
});
try {
    const page = await (await browser.newContext()).newPage();
    page.setDefaultTimeout(600000); // some minutes on a quiet machine
    await page.addInitScript(() => { window.print = () => {}; });
    await page.emulateMedia({ media: 'print', colorScheme: 'light' });
    await page.goto(pathToFileURL(join(process.env.BOOK_ROOT, 'book', 'html', 'print.html')).href);
    await page.evaluate(() => document.fonts.ready);
    await page.evaluate(prepare, STYLE);
    await page.pdf({ path: file, preferCSSPageSize: true, printBackground: true, outline: true, tagged: true });
    console.log(`${file}: ${(statSync(file).size / 1e6).toFixed(1)} MB`);
} finally {
    await browser.close();
}
