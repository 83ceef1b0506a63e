// What do the same requests, frames and orders cost with npm's ws, and with ccxt?
//
//     node peer.mjs CCXT WS CA
//
// CCXT and WS are the folders where they are installed, CA the authority that ws believes.  Each
// line on the input is a task, answered with numbers in microseconds:
//
//     flood URL FIRST LAST       ws and JSON.parse: CPU per message, from one to the other
//     book-flood URL LAST        the same for ccxt.pro's order book, from the first frame on
//     serial URL COUNT           ccxt, one signed request after the other: p50, CPU
//     crowd URL COUNT AT_ONCE    ccxt, so many at once: time and CPU per request
//     paced URL COUNT            ccxt.pro: from the server's event time to the book, p50
//     tick URL COUNT             the same to the acknowledgement of an order
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { load } from '../support/ccxt.mjs'

const [ccxtFolder, wsFolder, ca] = process.argv.slice(2)
const SYMBOL = 'BTC/USDT'

class Missing extends Error {}

function loadWs() {
    if (!existsSync(join(wsFolder, 'node_modules/ws/package.json')))
        throw new Missing("npm's ws is not installed: ctest -R websocket_ws brings it")
    return createRequire(join(wsFolder, 'x.js'))('ws')
}

function loadCcxt() {
    const ccxt = load(ccxtFolder)
    if (!ccxt) throw new Missing('ccxt is not installed: ctest -R whole/ccxt brings it')
    return ccxt
}

// The server's event time is the monotonic clock in microseconds.
const nowUs = () => Number(process.hrtime.bigint() / 1000n)
const sinceUs = (used) => { const more = process.cpuUsage(used); return more.user + more.system }
const middleOf = (values) => values.sort((a, b) => a - b)[values.length >> 1]

// ---- ccxt ----

function moveUrls(urls, rest) {
    if (typeof urls === 'string') return urls.replace(/^https?:\/\/[^/]+/, rest)
    return Object.fromEntries(Object.entries(urls).map(([key, url]) => [key, moveUrls(url, rest)]))
}

const clients = new Map()

function clientOf(url) {
    if (clients.has(url)) return clients.get(url)
    const ccxt = loadCcxt()
    const client = new ccxt.pro.binance({
        apiKey: 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A',
        secret: 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j',
        enableRateLimit: false })
    client.urls.api = moveUrls(client.urls.api, url)
    client.urls.api.ws = { spot: url.replace('https:', 'wss:') + '/stream' } // tells it from swaps
    client.setMarkets([client.safeMarketStructure({
        id: 'BTCUSDT', lowercaseId: 'btcusdt', symbol: SYMBOL, base: 'BTC', quote: 'USDT', baseId: 'BTC', quoteId: 'USDT',
        type: 'spot', spot: true, active: true, precision: { amount: 0.000001, price: 0.01 },
        limits: {}, info: { orderTypes: ['LIMIT', 'MARKET'] } })])
    clients.set(url, client)
    return client
}

async function serial(url, count) {
    const client = clientOf(url), times = []
    await client.fetchOrder('1', SYMBOL)
    const used = process.cpuUsage()
    for (let i = 0; i < count; i++) {
        const start = nowUs()
        await client.fetchOrder('1', SYMBOL)
        times.push(nowUs() - start)
    }
    return [middleOf(times), sinceUs(used) / count]
}

async function crowd(url, count, atOnce) {
    const client = clientOf(url)
    let left = count
    const one = async () => { while (left-- > 0) await client.fetchOrder('1', SYMBOL) }
    const start = nowUs(), used = process.cpuUsage()
    await Promise.all(Array.from({ length: atOnce }, one))
    return [(nowUs() - start) / count, sinceUs(used) / count]
}

// A client whose book begins anew with the next stream, as its numbers do.
function freshClientOf(url) {
    const client = clientOf(url)
    delete client.orderbooks[SYMBOL]
    return client
}

async function paced(url, count) {
    const client = freshClientOf(url), times = []
    while (times.length < count) {
        const book = await client.watchOrderBook(SYMBOL)
        if (book.timestamp) times.push(nowUs() - book.timestamp)
    }
    await client.close()
    return [middleOf(times)]
}

async function tick(url, count) {
    const client = freshClientOf(url), times = []
    while (times.length < count) {
        const book = await client.watchOrderBook(SYMBOL), stamp = book.timestamp
        if (!stamp) continue
        await client.createOrder(SYMBOL, 'limit', 'buy', 0.01, 43250.12)
        times.push(nowUs() - stamp)
    }
    await client.close()
    return [middleOf(times)]
}

// ---- floods ----

function flood(url, first, last) {
    const WebSocket = loadWs()
    return new Promise((resolve) => {
        const socket = new WebSocket(url, { ca: readFileSync(ca) })
        let count = 0, used
        socket.on('message', (data) => {
            JSON.parse(data)
            count++
            if (count === first) used = process.cpuUsage()
            if (count !== last) return
            const us = sinceUs(used)
            socket.close()
            resolve([us / (last - first)])
        })
    })
}

// The book's nonce is the number of the last update in it: ten for each frame, from 1001.  It is
// looked at from beside: who watches is not told of updates that come while nobody waits.
async function bookFlood(url, last) {
    const client = freshClientOf(url)
    let isOver = false, used, from
    const watch = async () => { while (!isOver) await client.watchOrderBook(SYMBOL) }
    const watching = watch().catch(() => {})
    const us = await new Promise((resolve) => {
        const look = setInterval(() => {
            const frames = ((client.orderbooks[SYMBOL]?.nonce ?? 1000) - 1000) / 10
            if (!used && frames >= 1) { // the others come when it has had time for its snapshot
                used = process.cpuUsage()
                from = frames
            }
            if (frames < last) return
            clearInterval(look)
            resolve(sinceUs(used) / (last - from))
        }, 2)
    })
    isOver = true
    await client.close()
    await watching
    return [us]
}

const tasks = { flood, 'book-flood': bookFlood, serial, crowd, paced, tick }

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
    const [task, url, ...numbers] = line.split(' ')
    try {
        console.log((await tasks[task](url, ...numbers.map(Number))).join(' '))
    } catch (error) {
        const reason = error instanceof Missing ? error.message : error.name + ': ' + error.message
        console.log('missing ' + reason.split('\n')[0].slice(0, 100))
    }
}
