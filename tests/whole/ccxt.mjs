// Can a foreign client use the practice exchanges?
//
//     node ccxt.mjs CAMBIST FOLDER [EXCHANGE ...]
//
// CAMBIST is the command, FOLDER where ccxt is (or will be) installed.  ccxt is unmodified but for
// its URLs; the certificate's authority is trusted through NODE_EXTRA_CA_CERTS, for which this
// program starts itself once more.  Exit status 77: ccxt or a plugin cannot be had here.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { install, load, VERSION } from '../support/ccxt.mjs'

const SKIPPED = 77

function skip(reason) {
    console.log('skipped: ' + reason)
    process.exit(SKIPPED)
}

// ---- the outer program: installs, starts the simulator, and runs the inner one ----

async function readLines(child, count) {
    const lines = []
    for await (const line of createInterface({ input: child.stdout })) {
        lines.push(JSON.parse(line))
        if (lines.length === count) break
    }
    return lines
}

async function outer(cambist, folder, names) {
    if (!install(folder)) skip('ccxt ' + VERSION + ' cannot be installed here')
    const simulator = spawn(cambist, ['simulate', ...names, '--seed', '11', '--generous'],
                            { stdio: ['ignore', 'pipe', 'inherit'] })
    const exchanges = await readLines(simulator, names.length)
    if (exchanges.length < names.length) {
        console.log('the simulator did not start')
        return 1
    }
    const environment = { ...process.env, CAMBIST_PRACTICE: JSON.stringify(exchanges),
                          NODE_EXTRA_CA_CERTS: exchanges[0].ca }
    const inner = spawn(process.execPath, [process.argv[1], cambist, folder],
                        { env: environment, stdio: 'inherit' })
    const status = await new Promise((resolve) => inner.on('exit', resolve))
    simulator.kill('SIGTERM')
    await new Promise((resolve) => simulator.on('exit', resolve))
    return status
}

// ---- the inner program: one client per exchange ----

function moveUrls(urls, rest) {
    if (typeof urls === 'string')
        return urls.replace(/^https?:\/\/[^/]+/, rest)
    return Object.fromEntries(Object.entries(urls).map(([key, url]) => [key, moveUrls(url, rest)]))
}

// Binance's spot is told from its swaps by /stream in the URL, as on its own hosts.
function moveStreams(urls, practice, key = '') {
    if (typeof urls === 'string') {
        const folder = practice.exchange === 'binance' && key === 'spot' ? '/stream' : ''
        return urls.replace(/^wss?:\/\/[^/]+/, practice.stream + folder)
    }
    return Object.fromEntries(Object.entries(urls).map(
        ([name, url]) => [name, moveStreams(url, practice, name)]))
}

function makeClient(ccxt, practice) {
    const streams = new ccxt.pro[practice.exchange]()
    const client = new ccxt.pro[practice.exchange]({
        apiKey: practice.key, secret: practice.secret, password: practice.passphrase ?? undefined,
        enableRateLimit: false })
    client.urls.api = moveUrls(client.urls.api, practice.rest)
    if (practice.stream) client.urls.api.ws = moveStreams(streams.urls.api.ws, practice)
    return client
}

function check(holds, what) {
    if (!holds) throw new Error(what)
}

async function placeAndCancel(client, symbol) {
    const { bid } = await client.fetchTicker(symbol)
    const amount = 0.01, price = Number(client.priceToPrecision(symbol, bid * 0.8))
    const placed = await client.createOrder(symbol, 'limit', 'buy', amount, price)
    check(placed.id, 'createOrder limit gives an id')
    const found = await client.fetchOrder(placed.id, symbol)
    check(found.status === 'open' && found.side === 'buy' && found.price === price &&
          found.amount === amount, 'fetchOrder: ' + JSON.stringify({ ...found, info: 0 }))
    const open = await client.fetchOpenOrders(symbol)
    check(open.some((order) => order.id === placed.id), 'fetchOpenOrders has the order')
    await client.cancelOrder(placed.id, symbol)
    const gone = await client.fetchOrder(placed.id, symbol)
    check(gone.status === 'canceled', 'a cancelled order is ' + gone.status)
}

async function sellAtMarket(client, symbol) {
    const placed = await client.createOrder(symbol, 'market', 'sell', 0.01)
    const trades = await client.fetchMyTrades(symbol)
    const own = trades.filter((trade) => trade.order === placed.id)
    check(own.length > 0 && own[0].side === 'sell' && own[0].price > 0,
          'fetchMyTrades: ' + JSON.stringify(trades.map((trade) => ({ ...trade, info: 0 }))))
    const done = await client.fetchOrder(placed.id, symbol)
    check(done.status === 'closed' && done.filled === 0.01, 'the market order is ' + done.status)
}

// An order that cannot be paid is refused with ccxt's own class for that, except that ccxt knows no
// class for what Binance says of spot orders.
async function overdraw(ccxt, client, symbol) {
    const expected = client.id === 'binance' ? ccxt.ExchangeError : ccxt.InsufficientFunds
    const { bid } = await client.fetchTicker(symbol)
    try {
        await client.createOrder(symbol, 'limit', 'buy', 100000,
                                 Number(client.priceToPrecision(symbol, bid * 0.8)))
    } catch (error) {
        check(error instanceof expected, 'refused as ' + error.name + ' ' +
              error.message.slice(0, 200))
        return
    }
    throw new Error('an order beyond the balance was taken')
}

// ---- streams ----

const WAIT_MS = 15000

// The promise of a watcher, which must not wait for ever.
function soon(promise, what) {
    let timer
    const late = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(what + ' told nothing in ' + WAIT_MS + ' ms')),
                           WAIT_MS)
    })
    return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

// Several updates, and behind them what REST says: a book that drifted would not come back to it.
async function watchBook(client, symbol) {
    let book
    for (let i = 0; i < 10; i++) {
        book = await soon(client.watchOrderBook(symbol), 'watchOrderBook')
        check(book.bids.length > 0 && book.asks.length > 0 && book.bids[0][0] < book.asks[0][0],
              'watchOrderBook: ' + JSON.stringify({ ...book, bids: book.bids.slice(0, 3),
                                                    asks: book.asks.slice(0, 3) }))
    }
    for (let i = 0; i < 20; i++) {
        const said = await client.fetchOrderBook(symbol, 10)
        const same = (side) => said[side].slice(0, 10).every(
            ([price, amount], at) => book[side][at] && book[side][at][0] === price &&
                                     book[side][at][1] === amount)
        if (same('bids') && same('asks')) return
        book = await soon(client.watchOrderBook(symbol), 'watchOrderBook')
    }
    throw new Error('the watched book never equals the asked one: ' +
                    JSON.stringify([book.bids.slice(0, 3), book.asks.slice(0, 3)]))
}

async function watchTrades(client, symbol) {
    const trades = await soon(client.watchTrades(symbol), 'watchTrades')
    check(trades[0].symbol === symbol && trades[0].price > 0 && trades[0].amount > 0 &&
          trades[0].timestamp, JSON.stringify(trades[0]))
}

async function watchTicker(client, symbol) {
    const ticker = await soon(client.watchTicker(symbol), 'watchTicker')
    check(ticker.symbol === symbol && ticker.last > 0, JSON.stringify({ ...ticker, info: 0 }))
}

// ccxt does not say when a subscription was granted: orders are placed until one is told of.  Gives
// the ids of all of them, and what was told.
async function placeUntilTold(waiting, what, place) {
    const ids = []
    waiting.catch(() => {})
    for (let i = 0; i < 20; i++) {
        ids.push((await place()).id)
        const pause = new Promise((resolve) => setTimeout(resolve, 750))
        const told = await Promise.race([waiting, pause])
        if (told) return [ids, told]
    }
    throw new Error(what + ' told nothing of ' + ids.length + ' orders')
}

// Coinbase's amounts are read by ccxt from what was filled, and Kraken's fills not at all: what it
// makes of them is not compared.
async function watchOrders(client, symbol) {
    const { bid } = await client.fetchTicker(symbol)
    const price = Number(client.priceToPrecision(symbol, bid * 0.7))
    const place = () => client.createOrder(symbol, 'limit', 'buy', 0.01, price)
    const [ids, orders] = await placeUntilTold(client.watchOrders(symbol), 'watchOrders', place)
    const own = orders.find((order) => ids.includes(order.id))
    check(own && own.status === 'open' && own.symbol === symbol && !own.filled,
          'watchOrders: ' + JSON.stringify(orders.map((order) => ({ ...order, info: 0 }))))
    for (const id of ids) await client.cancelOrder(id, symbol)
    for (let i = 0; i < 2 * ids.length + 5; i++) {
        const next = await soon(client.watchOrders(symbol), 'watchOrders')
        if (next.some((order) => order.id === own.id && order.status === 'canceled')) return
    }
    throw new Error('the end of an order was not told')
}

async function watchCandles(client, symbol) {
    const candles = await soon(client.watchOHLCV(symbol, '1m'), 'watchOHLCV')
    const [time, open, high, low, close] = candles[candles.length - 1]
    check(time % 60000 === 0 && high >= Math.max(open, close) && low <= Math.min(open, close),
          JSON.stringify(candles))
}

// What a watcher tells of an order at market.
function watchTrading(client, symbol, waiting, what) {
    return placeUntilTold(waiting, what, () => client.createOrder(symbol, 'market', 'sell', 0.01))
}

async function watchMyTrades(client, symbol) {
    const [ids, trades] = await watchTrading(client, symbol, client.watchMyTrades(symbol),
                                                'watchMyTrades')
    const own = trades.find((trade) => ids.includes(trade.order))
    check(own && own.side === 'sell' && own.price > 0 && own.amount > 0,
          'watchMyTrades: ' + JSON.stringify(trades.map((trade) => ({ ...trade, info: 0 }))))
}

async function watchBalance(client, symbol) {
    const type = symbol.includes(':') ? 'swap' : 'spot'
    const [, balance] = await watchTrading(client, symbol, client.watchBalance({ type }),
                                           'watchBalance')
    check(balance.USDT && balance.USDT.total > 0, JSON.stringify(balance).slice(0, 300))
}

async function useStreams(client, symbol, step, prefix) {
    // ccxt asks for Kraken's token beside the next request; their nonces may arrive in either order.
    if (client.id === 'kraken') await client.authenticate()
    await step(prefix + 'watchOrderBook', () => watchBook(client, symbol))
    await step(prefix + 'watchTrades', () => watchTrades(client, symbol))
    await step(prefix + 'watchTicker', () => watchTicker(client, symbol))
    await step(prefix + 'watchOrders', () => watchOrders(client, symbol))
    const more = { watchOHLCV: watchCandles, watchMyTrades, watchBalance }
    for (const [name, run] of Object.entries(more))
        if (client.has[name]) await step(prefix + name, () => run(client, symbol))
}

async function useExchange(ccxt, practice) {
    const client = makeClient(ccxt, practice), steps = {}
    let symbol = 'BTC/USDT'
    const step = async (name, run) => {
        try {
            await run()
            steps[name] = 'ok'
        } catch (error) {
            steps[name] = (error.name + ': ' + error.message).slice(0, 600)
            if (process.env.TRACE) console.log(error.stack)
        }
        console.log(practice.exchange + ' ' + name + ': ' + steps[name])
    }
    await step('loadMarkets', async () => {
        const markets = await client.loadMarkets()
        check(markets[symbol] && markets[symbol].spot, 'no ' + symbol + ' in ' + Object.keys(markets))
        check(markets[symbol].precision.price > 0 && markets[symbol].precision.amount > 0,
              'precision ' + JSON.stringify(markets[symbol].precision))
    })
    await step('fetchTicker', async () => {
        const ticker = await client.fetchTicker(symbol)
        check(ticker.symbol === symbol && ticker.bid < ticker.ask && ticker.last > 0,
              JSON.stringify({ ...ticker, info: 0 }))
    })
    await step('fetchOrderBook', async () => {
        const book = await client.fetchOrderBook(symbol, 5)
        check(book.bids.length > 0 && book.bids[0][0] < book.asks[0][0], JSON.stringify(book))
    })
    await step('fetchTrades', async () => {
        const trades = await client.fetchTrades(symbol)
        check(trades.length > 0 && trades[0].price > 0 && trades[0].side && trades[0].timestamp,
              JSON.stringify(trades.slice(0, 2)))
    })
    await step('fetchOHLCV', async () => {
        const candles = await client.fetchOHLCV(symbol, '1h')
        check(candles.length > 1 && candles[0][2] >= candles[0][3] && candles[0][5] > 0,
              JSON.stringify(candles.slice(0, 2)))
    })
    await step('fetchBalance', async () => {
        const balance = await client.fetchBalance()
        check(balance.BTC && balance.BTC.total === 10 && balance.USDT.free === 1000000,
              JSON.stringify(balance).slice(0, 500))
    })
    await step('limit order', () => placeAndCancel(client, symbol))
    await step('market order', () => sellAtMarket(client, symbol))
    await step('overdraft', () => overdraw(ccxt, client, symbol))
    if (!practice.stream) {
        console.log(practice.exchange + ' has no streams yet: its watchers are skipped')
        return steps
    }
    await useStreams(client, symbol, step, '')
    const swap = symbol + ':USDT'
    if (practice.exchange === 'binance' && client.markets[swap])
        await useStreams(client, swap, step, 'swap ')
    await step('close', () => client.close())
    return steps
}

async function inner(folder) {
    const ccxt = load(folder)
    let failures = 0
    for (const practice of JSON.parse(process.env.CAMBIST_PRACTICE)) {
        const steps = await useExchange(ccxt, practice)
        failures += Object.values(steps).filter((result) => result !== 'ok').length
    }
    return failures ? 1 : 0
}

const [cambist, folder, ...names] = process.argv.slice(2)
if (process.env.CAMBIST_PRACTICE)
    process.exit(await inner(folder))
process.exit(await outer(cambist, folder, names.length ? names
                                                       : ['binance', 'kraken', 'okx', 'coinbase']))
