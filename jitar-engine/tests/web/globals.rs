//! The globals by group: what each does, in a snippet.

use super::check;

#[test]
fn addresses() {
    check(&[
        (
            "const u = new URL('../b?x=1#h', 'https://user@example.com:8080/a/c/'); return u.href",
            "https://user@example.com:8080/a/b?x=1#h",
        ),
        (
            "return [URL.canParse('nope'), URL.parse('nope'), new URL('http://b\u{fc}cher.de').host]",
            "[false,null,\"xn--bcher-kva.de\"]",
        ),
        (
            "const p = new URLSearchParams('a=1&a=2'); p.append('b', '\u{e4} b'); return [p.getAll('a'), p.toString()]",
            "[[\"1\",\"2\"],\"a=1&a=2&b=%C3%A4+b\"]",
        ),
        ("return new URLPattern({ pathname: '/books/:id' }).exec('https://x.org/books/7').pathname.groups.id", "7"),
        ("return new URLPattern('https://*.example.com/*').test('https://a.example.com/b')", "true"),
    ]);
}

#[test]
fn text_and_bytes() {
    check(&[
        ("return [...new TextEncoder().encode('\u{20ac}')]", "[226,130,172]"),
        ("return new TextDecoder('utf-16le').decode(new Uint8Array([65, 0, 66, 0]))", "AB"),
        ("try { new TextDecoder('utf-8', { fatal: true }).decode(new Uint8Array([255])) } catch (e) { return e.name }", "TypeError"),
        ("const d = new TextDecoder(); return d.decode(new Uint8Array([226, 130]), { stream: true }) + d.decode(new Uint8Array([172]))", "\u{20ac}"),
        ("return new TextEncoder().encodeInto('abc', new Uint8Array(2)).read", "2"),
        ("return [btoa('jitar'), atob('aml0YXI=')]", "[\"aml0YXI=\",\"jitar\"]"),
        ("try { atob('*') } catch (e) { return [e.name, e instanceof DOMException] }", "[\"InvalidCharacterError\",true]"),
        (
            "const s = new Blob(['a\u{20ac}']).stream().pipeThrough(new TextDecoderStream());
             let t = ''; for await (const chunk of s) t += chunk; return t",
            "a\u{20ac}",
        ),
        (
            "const r = new ReadableStream({ start(c) { c.enqueue('hi'); c.close(); } }).pipeThrough(new TextEncoderStream());
             return [...(await r.getReader().read()).value]",
            "[104,105]",
        ),
    ]);
}

#[test]
fn streams() {
    check(&[
        (
            "const read = []; const t = new TransformStream({ transform(x, c) { c.enqueue(x * 2); } });
             const source = new ReadableStream({ start(c) { [1, 2, 3].forEach((x) => c.enqueue(x)); c.close(); } });
             await source.pipeThrough(t).pipeTo(new WritableStream({ write(x) { read.push(x); } })); return read",
            "[2,4,6]",
        ),
        ("const [a, b] = ReadableStream.from([1, 2]).tee(); return [await Array.fromAsync(a), await Array.fromAsync(b)]", "[[1,2],[1,2]]"),
        (
            "let reason; const s = new ReadableStream({ cancel(r) { reason = r; } }); await s.cancel('enough'); return [reason, s.locked]",
            "[\"enough\",false]",
        ),
        (
            "const s = new ReadableStream({ type: 'bytes', pull(c) { c.byobRequest.view[0] = 7; c.byobRequest.respond(1); } });
             const { value } = await s.getReader({ mode: 'byob' }).read(new Uint8Array(4)); return [...value]",
            "[7]",
        ),
        ("return [new CountQueuingStrategy({ highWaterMark: 3 }).highWaterMark, new ByteLengthQueuingStrategy({ highWaterMark: 9 }).size(new Uint8Array(2))]", "[3,2]"),
        (
            "const pack = (s, f) => new Response(new Blob([s]).stream().pipeThrough(new CompressionStream(f))).bytes();
             const unpack = (b, f) => new Response(new Blob([b]).stream().pipeThrough(new DecompressionStream(f))).text();
             const text = 'jitar '.repeat(100); const out = [];
             for (const f of ['gzip', 'deflate', 'deflate-raw']) { const b = await pack(text, f); out.push(b.length < 60 && await unpack(b, f) === text); }
             return out",
            "[true,true,true]",
        ),
    ]);
}

#[test]
fn files_and_forms() {
    check(&[
        (
            "const b = new Blob(['ab', new Uint8Array([99])], { type: 'text/plain' }); return [b.size, b.type, await b.slice(1).text()]",
            "[3,\"text/plain\",\"bc\"]",
        ),
        (
            "const f = new File(['x'], 'a.txt', { lastModified: 5 }); return [f.name, f.lastModified, f instanceof Blob]",
            "[\"a.txt\",5,true]",
        ),
        (
            "const f = new FormData(); f.append('a', '1'); f.append('b', new Blob(['x']), 'n.txt'); return [f.get('a'), f.get('b').name, [...f.keys()]]",
            "[\"1\",\"n.txt\",[\"a\",\"b\"]]",
        ),
        (
            "const f = new FormData(); f.set('k', 'v'); const r = new Response(f); return [r.headers.get('content-type').startsWith('multipart/form-data'), (await r.formData()).get('k')]",
            "[true,\"v\"]",
        ),
        (
            "return (await new Response('a=1&b=2', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }).formData()).get('b')",
            "2",
        ),
        (
            "const u = URL.createObjectURL(new Blob(['stored'])); const t = await (await fetch(u)).text(); URL.revokeObjectURL(u); return t",
            "stored",
        ),
    ]);
}

#[test]
fn requests_and_responses() {
    check(&[
        (
            "const h = new Headers([['A', '1'], ['a', '2'], ['set-cookie', 'x'], ['Set-Cookie', 'y']]); return [h.get('a'), h.getSetCookie(), [...h.keys()]]",
            "[\"1, 2\",[\"x\",\"y\"],[\"a\",\"set-cookie\",\"set-cookie\"]]",
        ),
        ("try { new Headers({ 'a b': '1' }) } catch (e) { return e.name }", "TypeError"),
        (
            "const r = new Request('https://x.org/a', { method: 'post', body: 'hi', headers: { b: 'c' } }); return [r.method, r.url, await r.clone().text(), r.headers.get('b'), r.bodyUsed]",
            "[\"POST\",\"https://x.org/a\",\"hi\",\"c\",false]",
        ),
        (
            "const r = Response.json({ a: 1 }, { status: 201 }); return [r.status, r.ok, r.headers.get('content-type'), (await r.json()).a]",
            "[201,true,\"application/json\",1]",
        ),
        (
            "const r = Response.redirect('https://x.org/', 302); return [r.status, r.headers.get('location')]",
            "[302,\"https://x.org/\"]",
        ),
        (
            "const r = await fetch('data:text/plain;base64,aGk='); return [r.status, r.headers.get('content-type'), await r.text()]",
            "[200,\"text/plain\",\"hi\"]",
        ),
        (
            "try { await fetch('https://example.com', { signal: AbortSignal.abort() }) } catch (e) { return e.name }",
            "AbortError",
        ),
        ("try { await fetch() } catch (e) { return e.name }", "TypeError"),
        ("try { await fetch('ftp://x.org') } catch (e) { return e.name }", "TypeError"),
        ("try { await fetch('https://x.org:22') } catch (e) { return e.message.includes('blocked') }", "true"),
        // The names that a module imports from `jitar` are other classes.
        ("const j = await import('jitar'); return [j.Request === Request, j.Response === Response]", "[false,false]"),
    ]);
}

#[test]
fn events_and_signals() {
    check(&[
        (
            "const t = new EventTarget(); let seen = 0; t.addEventListener('x', (e) => { seen += e.detail; }, { once: true }); for (const d of [5, 7]) t.dispatchEvent(new CustomEvent('x', { detail: d })); return seen",
            "5",
        ),
        (
            "const c = new AbortController(); let seen; c.signal.onabort = (e) => { seen = e.type; }; c.abort('why'); return [seen, c.signal.aborted, c.signal.reason]",
            "[\"abort\",true,\"why\"]",
        ),
        (
            "const a = new AbortController(), b = new AbortController(); const s = AbortSignal.any([a.signal, b.signal]); b.abort(1); return [s.aborted, s.reason]",
            "[true,1]",
        ),
        (
            "const s = AbortSignal.timeout(1); await new Promise((r) => s.addEventListener('abort', r)); return s.reason.name",
            "TimeoutError",
        ),
        ("try { AbortSignal.abort().throwIfAborted() } catch (e) { return [e.name, e.code] }", "[\"AbortError\",20]"),
        (
            "const { port1, port2 } = new MessageChannel(); const got = new Promise((r) => { port2.onmessage = (e) => r(e.data); }); port1.postMessage({ a: new Map([[1, 2]]) }); const data = await got; port1.close(); return [...data.a]",
            "[[1,2]]",
        ),
        (
            "return new Promise((r) => { addEventListener('error', (e) => { e.preventDefault(); r([e.message, e.error.name, e instanceof ErrorEvent]); }, { once: true }); reportError(new TypeError('told')); })",
            "[\"Uncaught TypeError: told\",\"TypeError\",true]",
        ),
        (
            "return new Promise((r) => { onunhandledrejection = (e) => { e.preventDefault(); onunhandledrejection = null; r([e.type, e.reason]); }; Promise.reject('lost'); })",
            "[\"unhandledrejection\",\"lost\"]",
        ),
        (
            "return new Promise((r) => { onunhandledrejection = (e) => { e.preventDefault(); p.catch(() => {}); }; onrejectionhandled = (e) => { onunhandledrejection = onrejectionhandled = null; r([e.type, e.reason]); }; const p = Promise.reject(3); })",
            "[\"rejectionhandled\",3]",
        ),
        (
            "return new Promise((r) => { onerror = (message, source, line) => { onerror = null; r([message, line > 0]); return true; }; setTimeout(() => { throw new Error('timer'); }); })",
            "[\"Uncaught Error: timer\",true]",
        ),
    ]);
}

#[test]
fn clocks_and_tasks() {
    check(&[
        (
            "const order = []; setTimeout(() => order.push('timer')); queueMicrotask(() => order.push('micro')); order.push('sync'); await new Promise((r) => setTimeout(r, 3)); return order",
            "[\"sync\",\"micro\",\"timer\"]",
        ),
        (
            "let n = 0; await new Promise((r) => { const i = setInterval(() => { if (++n === 3) { clearInterval(i); r(); } }, 1); }); return n",
            "3",
        ),
        (
            "const t = setTimeout(() => { throw 1; }, 1); clearTimeout(t); await new Promise((r) => setTimeout(r, 5)); return 'quiet'",
            "quiet",
        ),
        (
            "const a = performance.now(); const m = performance.mark('m'); return [performance.now() >= a, m.name, performance.measure('x', 'm').duration >= 0, Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 5000]",
            "[true,\"m\",true,true]",
        ),
        (
            "return structuredClone({ d: new Date(0), m: new Map([[1, new Set([2])]]), r: /x/g, e: new RangeError('no') }).e.name",
            "RangeError",
        ),
        (
            "const b = new ArrayBuffer(4); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength]",
            "[0,4]",
        ),
        ("try { structuredClone(() => {}) } catch (e) { return e.name }", "DataCloneError"),
        (
            "return [navigator.userAgent.startsWith('Jitar'), self === globalThis, typeof globalThis.Deno]",
            "[true,true,\"undefined\"]",
        ),
        (
            "return [new DOMException('m', 'DataError').code, typeof console.table, typeof console.time]",
            "[0,\"function\",\"function\"]",
        ),
        (
            "const wasm = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 6, 1, 4, 0, 65, 42, 11]); return (await WebAssembly.instantiate(wasm)).instance.exports.f()",
            "42",
        ),
    ]);
}

#[test]
fn cryptography() {
    check(&[
        ("return [/^[0-9a-f]{8}-[0-9a-f]{4}-4/.test(crypto.randomUUID()), crypto.randomUUID() !== crypto.randomUUID()]", "[true,true]"),
        ("return crypto.getRandomValues(new Uint8Array(32)).some((x) => x !== 0)", "true"),
        ("try { crypto.getRandomValues(new Uint8Array(65537)) } catch (e) { return e.name }", "QuotaExceededError"),
        ("return Buffer.from(await crypto.subtle.digest('SHA-256', new TextEncoder().encode('abc'))).toString('hex').slice(0, 16)", "ba7816bf8f01cfea"),
        (
            "const k = await crypto.subtle.importKey('raw', new TextEncoder().encode('key'), { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);
             const data = new TextEncoder().encode('The quick brown fox jumps over the lazy dog'); const mac = await crypto.subtle.sign('HMAC', k, data);
             return [Buffer.from(mac).toString('hex').slice(0, 8), await crypto.subtle.verify('HMAC', k, mac, data)]",
            "[\"f7bc83f4\",true]",
        ),
        (
            "const k = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, ['encrypt', 'decrypt']); const iv = crypto.getRandomValues(new Uint8Array(12));
             const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, k, Buffer.from('secret'));
             return [Buffer.from(await crypto.subtle.decrypt({ name: 'AES-GCM', iv }, k, sealed)).toString(), k instanceof CryptoKey, (await crypto.subtle.exportKey('jwk', k)).kty]",
            "[\"secret\",true,\"oct\"]",
        ),
        (
            "const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
             const a = { name: 'ECDSA', hash: 'SHA-256' }; const s = await crypto.subtle.sign(a, privateKey, Buffer.from('m'));
             return [await crypto.subtle.verify(a, publicKey, s, Buffer.from('m')), await crypto.subtle.verify(a, publicKey, s, Buffer.from('n'))]",
            "[true,false]",
        ),
        (
            "const k = await crypto.subtle.importKey('raw', Buffer.from('pw'), 'PBKDF2', false, ['deriveBits']);
             return Buffer.from(await crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: Buffer.from('salt'), iterations: 1 }, k, 64)).length",
            "8",
        ),
        ("return [crypto instanceof Crypto, crypto.subtle instanceof SubtleCrypto, Object.prototype.toString.call(crypto)]", "[true,true,\"[object Crypto]\"]"),
    ]);
}
