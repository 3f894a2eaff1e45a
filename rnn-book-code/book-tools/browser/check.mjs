// Opens every page of the built book and reports what a reader would trip over.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { mkdirSync, readdirSync, readFileSync, existsSync, statSync } from 'node:fs';
import { join, extname, sep, dirname, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

const root = process.env.BOOK_ROOT;
const book = join(root, 'book', 'html');
const installed = createRequire(join(process.env.BROWSER_CACHE, 'package.json'));
const { chromium } = installed('playwright-core');
const axeSource = readFileSync(installed.resolve('axe-core/axe.min.js'), 'utf8');

const WEIGHT_LIMIT_KB = 500;
const WORKERS = 3;
const THEMES = ['light', 'navy'];
const WIDTHS = [[1300, 900], [768, 1024], [390, 844]];
// Of the other themes one page with everything on it is looked at.
const OTHER_THEMES = ['rust', 'coal', 'ayu'];
const RICH_PAGE = 'ch02-backpropagation/bptt.html';

const options = process.argv.slice(2);
const screenshots = options.includes('--screenshots') ? options[options.indexOf('--screenshots') + 1] : null;
if (options.includes('--screenshots') && !screenshots) {
    console.error('browser check: --screenshots needs a folder; write `run --screenshots DIR`');
    process.exit(2);
}

// ---------------------------------------------------------------- the book on a local port

const TYPES = {
    '.html': 'text/html; charset=utf-8', '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json', '.svg': 'image/svg+xml', '.png': 'image/png', '.woff2': 'font/woff2', '.txt': 'text/plain',
};

function fileOf(url) {
    let path = decodeURIComponent(new URL(url, 'http://local').pathname);
    if (path.endsWith('/')) path += 'index.html';
    const file = resolve(book, '.' + path);
    return file === book || file.startsWith(book + sep) ? file : null;
}

const server = createServer((request, response) => {
    const file = fileOf(request.url);
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
        response.writeHead(404).end();
        return;
    }
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    response.end(readFileSync(file));
});
await new Promise(ready => server.listen(0, '127.0.0.1', ready));
const origin = `http://127.0.0.1:${server.address().port}`;

function pagesBelow(folder, prefix = '') {
    return readdirSync(folder, { withFileTypes: true }).sort((a, b) => a.name.localeCompare(b.name)).flatMap(entry => {
        if (entry.isDirectory()) return pagesBelow(join(folder, entry.name), prefix + entry.name + '/');
        return entry.name.endsWith('.html') ? [prefix + entry.name] : [];
    });
}
// toc.html is only the side bar of readers without scripts, print.html is looked at on its own.
// Below doc/ is the crate's documentation, if .ci/run has put it there.
const pages = pagesBelow(book).filter(p => p !== 'toc.html' && p !== 'print.html' && !p.startsWith('doc/'));

// ---------------------------------------------------------------- the browser

const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--font-render-hinting=none'],
});

/** A context in which pages have `theme`, and whose faults are written to the list that `watch` returns. */
async function open(theme, width, height, more = {}) {
    const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', ...more });
    await context.addInitScript(chosen => {
        window.print = () => {};
        try { localStorage.setItem('mdbook-theme', chosen); } catch { /* about:blank */ }
    }, theme);
    return context;
}

function watch(page, faults, loaded) {
    page.on('console', m => { if (['error', 'warning'].includes(m.type())) faults.push(`console ${m.type()}: ${m.text()}`); });
    page.on('pageerror', e => faults.push(`script error: ${e.message}`));
    page.on('requestfailed', r => faults.push(`request failed: ${r.url()} (${r.failure()?.errorText})`));
    page.on('response', r => { if (r.status() >= 400) faults.push(`status ${r.status()}: ${r.url()}`); });
    page.on('request', r => {
        const url = r.url();
        if (url.startsWith('data:') || url.startsWith('blob:')) return;
        if (!url.startsWith(origin + '/')) faults.push(`request to another origin: ${url}`);
        else loaded?.add(url);
    });
}

async function visit(page, path) {
    await page.goto(`${origin}/${path}`, { waitUntil: 'load', timeout: 180000 }); // the whole book on one page takes its time
    await page.evaluate(() => document.fonts.ready);
}

// ---------------------------------------------------------------- what is checked in a page

/** Runs in the page: the faults of its layout. */
function layoutFaults() {
    const faults = [];
    const name = e => {
        const text = (e.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 50);
        return `<${e.tagName.toLowerCase()}${e.id ? '#' + e.id : ''}${e.classList.length ? '.' + [...e.classList].join('.') : ''}> "${text}"`;
    };
    const wide = document.scrollingElement;
    if (wide.scrollWidth > innerWidth) faults.push(`the page is ${wide.scrollWidth} px wide in a window of ${innerWidth} px`);
    const content = document.getElementById('mdbook-content');
    if (content && content.scrollWidth > content.clientWidth + 1) {
        faults.push(`the text column scrolls sideways (${content.scrollWidth} px in ${content.clientWidth} px)`);
    }
    const main = document.querySelector('main');
    if (!main) return faults;
    const scrolls = e => {
        for (let p = e.parentElement; p && p !== main; p = p.parentElement) {
            if (['auto', 'scroll'].includes(getComputedStyle(p).overflowX)) return true;
        }
        return false;
    };
    const column = content.getBoundingClientRect();
    let outside = 0;
    for (const e of main.querySelectorAll('*')) {
        if (e.closest('svg, .katex-mathml') && e.tagName !== 'svg') continue;
        const box = e.getBoundingClientRect();
        if (box.width === 0 || box.height === 0) continue;
        if ((box.right > column.right + 1 || box.left < column.left - 1) && !scrolls(e) && outside++ < 3) {
            faults.push(`stands out of the column: ${name(e)} (${Math.round(box.left)}–${Math.round(box.right)} px)`);
        }
    }
    for (const e of main.querySelectorAll('figcaption, .listing-caption, .output-caption, .table-caption, .table-source, h1, h2, h3, h4, p, li')) {
        if (e.clientWidth && e.scrollWidth > e.clientWidth + 2 && !scrolls(e)
            && !['auto', 'scroll'].includes(getComputedStyle(e).overflowX)) {
            faults.push(`text runs out of its box: ${name(e)} (${e.scrollWidth} px in ${e.clientWidth} px)`);
        }
    }
    // A listing's buttons must not lie on its caption.
    for (const listing of main.querySelectorAll('.listing')) {
        const buttons = [...listing.querySelectorAll('.buttons button')].map(b => b.getBoundingClientRect()).filter(b => b.width);
        for (const text of listing.querySelectorAll('.listing-title, .listing-source')) {
            for (const line of text.getClientRects()) {
                if (buttons.some(b => b.left < line.right - 1 && b.right > line.left + 1 && b.top < line.bottom - 1 && b.bottom > line.top + 1)) {
                    faults.push(`a button covers the caption: ${name(text)}`);
                }
            }
        }
    }
    // At desktop width code of 88 columns fits, and so does a formula.
    if (innerWidth >= 1200) {
        for (const formula of main.querySelectorAll('.katex-display')) {
            if (formula.scrollWidth > formula.clientWidth + 1) {
                const tex = formula.querySelector('annotation')?.textContent.replace(/\s+/g, ' ').trim().slice(0, 60);
                faults.push(`a formula is too wide (${formula.scrollWidth} px in ${formula.clientWidth} px): ${tex}`);
            }
        }
        for (const code of main.querySelectorAll('.listing pre code')) {
            const longest = Math.max(...code.innerText.split('\n').map(l => l.length));
            if (code.scrollWidth > code.clientWidth + 1) {
                faults.push(`a listing of ${longest} columns scrolls sideways (88 fit): ${code.closest('.listing').id}`);
            }
        }
    }
    for (const image of main.querySelectorAll('img')) {
        if (!image.complete || image.naturalWidth === 0) faults.push(`image does not show: ${image.src}`);
        if (!image.hasAttribute('alt')) faults.push(`image without alt: ${image.src}`);
    }
    for (const plot of main.querySelectorAll('figure.plot svg')) {
        const id = plot.closest('figure').id;
        if (plot.getAttribute('role') !== 'img' || !(plot.getAttribute('aria-label') ?? '').trim()) faults.push(`plot without a name: ${id}`);
        const frame = plot.getBoundingClientRect();
        const boxes = [...plot.querySelectorAll('text')].map(text => [text, text.getBoundingClientRect()]).filter(([, b]) => b.width);
        for (const [text, box] of boxes) {
            if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 2 || box.bottom > frame.bottom + 2) {
                faults.push(`text is cut off at the edge of ${id}: "${text.textContent.trim()}"`);
            }
        }
        for (let i = 0; i < boxes.length; i++) for (let j = 0; j < i; j++) {
            const [a, b] = [boxes[i][1], boxes[j][1]];
            const [w, h] = [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
            if (w > 2 && h > 0.45 * Math.min(a.height, b.height)) {
                faults.push(`texts overlap in ${id}: "${boxes[j][0].textContent.trim()}" and "${boxes[i][0].textContent.trim()}"`);
            }
        }
    }
    for (const e of main.querySelectorAll('.katex-error')) faults.push(`a formula did not render: ${name(e)}`);
    return faults;
}

/** What axe-core finds, but for `skip`. A formula has the colour of its text and a MathML of KaTeX's making. */
async function accessibility(page, skip = []) {
    await page.evaluate(axeSource);
    const violations = await page.evaluate(async exclude => {
        const { violations } = await axe.run({ exclude }, { resultTypes: ['violations'] });
        for (const v of violations) {
            // axe-core does not see the formula in a heading cell.
            if (v.id === 'empty-table-header') v.nodes = v.nodes.filter(n => !document.querySelector(n.target[0])?.querySelector('.katex'));
        }
        return violations;
    }, ['.katex', ...skip].map(selector => [selector]));
    return violations.filter(v => v.nodes.length > 0).map(v => ({
        grave: ['critical', 'serious'].includes(v.impact),
        text: `axe ${v.impact}: ${v.id} (${v.help}) at ${v.nodes.slice(0, 3).map(n => n.target.join(' ')).join(' | ')}${v.nodes.length > 3 ? ` and ${v.nodes.length - 3} more` : ''}`,
        detail: v.nodes.slice(0, 1).map(n => (n.any[0] ?? n.all[0] ?? n.none[0])?.message).join(''),
    }));
}

const sizes = new Map();
/** What a file weighs when the server compresses it. */
function weight(url) {
    const file = fileOf(url);
    if (!sizes.has(file)) {
        const data = readFileSync(file);
        sizes.set(file, ['.woff2', '.png'].includes(extname(file)) ? data.length : gzipSync(data).length);
    }
    return sizes.get(file);
}

// ---------------------------------------------------------------- running the checks

let passed = 0;
const failures = [];
const notes = new Map();
const weights = [];

function settle(what, faults) {
    if (faults.length === 0) passed++;
    else failures.push({ what, faults: [...new Set(faults)] });
}

async function checkPage(context, path, theme, width) {
    const faults = [];
    const loaded = new Set();
    const page = await context.newPage();
    watch(page, faults, loaded);
    try {
        await visit(page, path);
        if (theme === 'light' && width > 1000) {
            weights.push([[...loaded].reduce((sum, url) => sum + weight(url), 0) / 1000, path]);
        }
        // The layout is the same in all themes, and the colours of code at all widths.
        if (theme === 'light') faults.push(...await page.evaluate(layoutFaults));
        for (const found of await accessibility(page, width < 1000 ? ['.hljs *'] : [])) {
            if (found.grave) faults.push(`${found.text}: ${found.detail}`);
            else notes.set(`${path}: ${found.text}`, (notes.get(`${path}: ${found.text}`) ?? 0) + 1);
        }
        if (screenshots) {
            const file = join(screenshots, `${path.replace(/\.html$/, '').replaceAll('/', '--')}-${theme}-${width}.png`);
            mkdirSync(dirname(file), { recursive: true });
            await page.screenshot({ path: file, fullPage: true });
        }
    } catch (error) {
        faults.push(`could not be checked: ${error.message.split('\n')[0]}`);
    }
    await page.close();
    settle(`${path} (${theme}, ${width} px)`, faults);
}

async function special(what, theme, width, test, more) {
    const faults = [];
    const context = await open(theme, width, 900, more);
    const page = await context.newPage();
    watch(page, faults);
    try {
        await test(page, fault => faults.push(fault));
    } catch (error) {
        faults.push(`could not be checked: ${error.message.split('\n')[0]}`);
    }
    await context.close();
    settle(what, faults);
}

async function checkAll() {
    const jobs = [];
    for (const theme of THEMES) for (const [width, height] of WIDTHS) for (const path of pages) jobs.push({ theme, width, height, path });
    if (pages.includes(RICH_PAGE)) for (const theme of OTHER_THEMES) jobs.push({ theme, width: 1300, height: 900, path: RICH_PAGE });
    const contexts = new Map();
    const take = async () => {
        for (let job = jobs.shift(); job; job = jobs.shift()) {
            const key = `${job.theme} ${job.width}`;
            if (!contexts.has(key)) contexts.set(key, open(job.theme, job.width, job.height));
            await checkPage(await contexts.get(key), job.path, job.theme, job.width);
        }
    };
    await Promise.all(Array.from({ length: WORKERS }, take));
    for (const context of contexts.values()) await (await context).close();

    await special('print.html', 'navy', 1300, async (page, fault) => {
        await page.emulateMedia({ media: 'print' });
        await visit(page, 'print.html');
        (await page.evaluate(layoutFaults)).forEach(fault);
        const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        const ink = await page.evaluate(() => getComputedStyle(document.querySelector('main p')).color);
        if (!['rgb(255, 255, 255)', 'rgba(0, 0, 0, 0)'].includes(paper)) fault(`prints on ${paper}, not on white`);
        if (!/^rgb\((\d|[1-3]\d), (\d|[1-3]\d), (\d|[1-4]\d)\)$/.test(ink)) fault(`prints text in ${ink}, not in black`);
    });

    const withListing = pages.find(p => readFileSync(join(book, p), 'utf8').includes('class="boring"'));
    if (withListing) for (const theme of THEMES) await special(`the eye opens a listing's whole file (${withListing}, ${theme})`, theme, 1300, async (page, fault) => {
        await visit(page, withListing);
        const listing = page.locator('.listing:has(.boring)').first();
        const lines = () => listing.locator('code').evaluate(c => c.innerText.split('\n').length);
        const [before, eye] = [await lines(), listing.locator('.buttons button:not(.clip-button)')];
        await eye.click();
        const opened = await lines();
        if (opened <= before) fault(`${before} lines before, ${opened} after`);
        for (const found of await accessibility(page)) if (found.grave) fault(`opened: ${found.text}: ${found.detail}`);
        await eye.click();
        if (await lines() !== before) fault('a second click does not close it again');
    });

    const withTable = pages.find(p => /class="table-scroll"/.test(readFileSync(join(book, p), 'utf8')));
    if (withTable) await special(`arrow keys do not turn the page from within it (${withTable})`, 'light', 1300, async (page, fault) => {
        await visit(page, withTable);
        for (const inside of ['.table-scroll', 'main a[href]', 'pre .buttons button']) {
            if (await page.locator(inside).count() === 0) continue;
            await page.locator(inside).first().focus();
            await page.keyboard.press('ArrowRight');
            await page.waitForTimeout(150);
            if (!page.url().endsWith(withTable)) { fault(`focus in ${inside}: went to ${page.url().slice(origin.length)}`); return; }
        }
        await page.evaluate(() => document.activeElement.blur());
        await Promise.all([page.waitForURL(u => !u.href.endsWith(withTable), { timeout: 5000 }), page.keyboard.press('ArrowRight')]);
    });

    await special('the side bar opens and closes by keyboard', 'light', 1300, async (page, fault) => {
        await visit(page, 'index.html');
        const button = page.getByRole('button', { name: 'Toggle Table of Contents' });
        for (const open of ['false', 'true']) {
            await button.focus();
            await page.keyboard.press('Enter');
            if (await button.getAttribute('aria-expanded') !== open) fault(`aria-expanded is not ${open}`);
            if (await page.locator('#mdbook-sidebar').getAttribute('aria-hidden') === open) fault('the side bar does not follow its button');
        }
    });

    await special('the search finds a word', 'light', 1300, async (page, fault) => {
        await visit(page, 'index.html');
        await page.keyboard.press('/');
        await page.locator('#mdbook-searchbar').pressSequentially('gradient', { delay: 20 });
        await page.locator('#mdbook-searchresults li').first().waitFor({ timeout: 10000 });
        for (const found of await accessibility(page)) if (found.grave) fault(`search open: ${found.text}: ${found.detail}`);
    });

    await special('the list of themes opens by keyboard', 'navy', 1300, async (page, fault) => {
        await visit(page, 'index.html');
        await page.locator('#mdbook-theme-toggle').focus();
        await page.keyboard.press('Enter');
        await page.locator('#mdbook-theme-light').waitFor({ timeout: 5000 });
        for (const found of await accessibility(page)) if (found.grave) fault(`themes open: ${found.text}: ${found.detail}`);
    });

    weights.sort((a, b) => b[0] - a[0]);
    const [heaviest, where] = weights[0] ?? [0, 'none'];
    console.log(`heaviest page: ${where}, ${heaviest.toFixed(0)} kB compressed with all that it loads (limit ${WEIGHT_LIMIT_KB} kB)`);
    settle('page weight', heaviest > WEIGHT_LIMIT_KB ? [`${where} weighs ${heaviest.toFixed(0)} kB compressed; at most ${WEIGHT_LIMIT_KB} kB`] : []);

    for (const [note, times] of notes) console.log(`note: ${note}${times > 1 ? ` (${times} times)` : ''}`);
    for (const { what, faults } of failures) {
        console.log(`FAILED ${what}`);
        for (const fault of faults) console.log(`    ${fault}`);
    }
    console.log(`\n${passed} passed, ${failures.length} failed`);
    return failures.length === 0 ? 0 : 1;
}

// ---------------------------------------------------------------- the picture in the README

/** Two parts of one page: formulas and figure in the light theme, the listing that follows from them in a dark one. */
async function picture() {
    const shoot = async (theme, width, height, place, above) => {
        const context = await open(theme, width, height);
        const page = await context.newPage();
        await visit(page, RICH_PAGE);
        await page.evaluate(([selector, gap]) => {
            document.getElementById('mdbook-menu-bar').style.display = 'none';
            const top = document.querySelector(selector).getBoundingClientRect().top;
            scrollTo(0, scrollY + top - gap);
        }, [place, above]);
        await page.waitForTimeout(300);
        const image = await page.screenshot();
        await context.close();
        return `data:image/png;base64,${image.toString('base64')}`;
    };
    const formulas = await shoot('light', 620, 1000, 'main h1', 24);
    const listing = await shoot('navy', 800, 1000, '#lst-elman-backward', 90);
    const context = await open('light', 1480, 1040);
    const page = await context.newPage();
    await page.setContent(`<style>
        body { margin: 0; background: #eceff2; }
        img { position: absolute; top: 20px; border-radius: 8px; box-shadow: 0 1px 8px rgb(0 0 0 / 20%); }
    </style>
    <img src="${formulas}" style="left: 20px"><img src="${listing}" style="right: 20px">`);
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(root, '.github', 'page.png') });
    await context.close();
    const size = statSync(join(root, '.github', 'page.png')).size / 1000;
    console.log(`.github/page.png: ${size.toFixed(0)} kB`);
    return size < 300 ? 0 : 1;
}

let status = 0;
try {
    status = options.includes('--picture') ? await picture() : await checkAll();
} finally {
    await browser.close();
    server.close();
}
process.exit(status);
