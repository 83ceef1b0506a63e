// Do our WebSockets and npm's ws understand each other, on both sides?
//
//     node websocket.mjs PEER FOLDER
//
// PEER is websocket_peer, FOLDER where ws is (or will be) installed.  Exit status 77: ws cannot be
// had here.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { load } from '../support/ws.mjs'

const SIZES = [0, 1, 125, 126, 65535, 65536, 1 << 20]
const [peer, folder] = process.argv.slice(2)
let failures = 0

// What all messages begin with; it shrinks under compression, but within our ceilings.
function makePattern(size) {
    const pattern = Buffer.alloc(size)
    for (let i = 0, state = 1; i < size; i++) {
        state = (Math.imul(state, 1103515245) + 12345) >>> 0
        pattern[i] = 97 + (state >>> 16 & 15)
    }
    return pattern
}
const PATTERN = makePattern(1 << 20)

function check(isRight, what) {
    if (isRight) return
    failures++
    console.log('wrong: ' + what)
}

// ---- ws is the server ----

function obey(socket, command) {
    const [word, first, second] = command.slice(1).split(':')
    if (word === 'binary') socket.send(PATTERN.subarray(0, Number(first)))
    if (word === 'close') socket.close(Number(first), second)
    if (word === 'vanish') socket.terminate()
    if (word !== 'fragments') return
    const count = Number(second)
    const size = Number(first), part = Math.floor(size / count)
    for (let i = 0; i < count; i++) {
        if (i) socket.ping('between')
        const isLast = i === count - 1
        socket.send(PATTERN.toString('latin1', i * part, isLast ? size : (i + 1) * part),
                    { fin: isLast })
    }
}

async function serveClient(WebSocketServer, isDeflated) {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0,
                                         perMessageDeflate: isDeflated && { threshold: 0 } })
    await new Promise((resolve) => server.on('listening', resolve))
    server.on('connection', (socket) => {
        socket.on('error', (error) => check(false, 'ws, the server: ' + error.message))
        socket.on('message', (message, isBinary) => {
            const text = message.toString()
            if (text.startsWith('!')) obey(socket, text)
            else socket.send(message, { binary: isBinary })
        })
    })
    const words = ['client', 'ws://127.0.0.1:' + server.address().port]
    const client = spawn(peer, isDeflated ? [...words, 'deflate'] : words, { stdio: 'inherit' })
    const status = await new Promise((resolve) => client.on('exit', resolve))
    check(status === 0, 'our client, deflate ' + isDeflated)
    server.close()
}

// ---- ws is the client ----

function open(WebSocket, port, isDeflated) {
    const socket = new WebSocket('ws://127.0.0.1:' + port,
                                 { perMessageDeflate: isDeflated && { threshold: 0 } })
    socket.messages = []
    socket.on('message', (message, isBinary) => socket.messages.push([message, isBinary]))
    socket.on('error', (error) => check(false, 'ws, the client: ' + error.message))
    return new Promise((resolve) => socket.on('open', () => resolve(socket)))
}

function once(socket, event) {
    return new Promise((resolve) => socket.once(event, (...values) => resolve(values)))
}

async function echo(socket, parts, isBinary) {
    const whole = Buffer.concat(parts)
    const message = Promise.race([once(socket, 'message'), once(socket, 'close')])
    for (let i = 0; i < parts.length; i++) {
        if (i) socket.ping('ping ' + i)
        socket.send(parts[i], { binary: isBinary, fin: i === parts.length - 1 })
    }
    const [got, gotBinary] = await message
    if (typeof got === 'number') {
        check(false, `closed with ${got} instead of an echo of ${whole.length} bytes`)
        process.exit(1)
    }
    check(gotBinary === isBinary && whole.equals(got),
          `echo of ${whole.length} bytes in ${parts.length} parts, binary ${isBinary}`)
}

async function close(WebSocket, port, code) {
    const socket = await open(WebSocket, port, false)
    const closed = once(socket, 'close')
    if (code) socket.close(code, 'enough')
    else socket.close()
    const [got] = await closed
    check(got === (code ?? 1005), 'close ' + code + ' answered with ' + got)
}

async function beClient(WebSocket, port, isDeflated) {
    const socket = await open(WebSocket, port, isDeflated)
    check(socket.extensions === (isDeflated ? 'permessage-deflate' : ''), 'the extension')
    const pongs = []
    socket.on('pong', (payload) => pongs.push(payload.toString()))
    for (const size of SIZES)
        for (const isBinary of [false, true]) await echo(socket, [PATTERN.subarray(0, size)], isBinary)
    const noise = Buffer.from(Array.from({ length: 100000 }, (_, i) => (i * i * 31) >> 3 & 255))
    await echo(socket, [noise], true)
    for (const size of SIZES) {
        const part = PATTERN.subarray(0, size)
        await echo(socket, [part, Buffer.from('b'), part], size % 2 === 0)
    }
    const isAlike = pongs.every((pong, i) => pong === 'ping ' + (i % 2 + 1))
    check(pongs.length === 2 * SIZES.length && isAlike, 'pongs: ' + pongs)
    socket.close(1000)
    await once(socket, 'close')
    for (const code of [1000, 1001, 3000, 4999, undefined]) await close(WebSocket, port, code)
}

async function serve(WebSocket) {
    const server = spawn(peer, ['server'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let port = 0
    for await (const line of createInterface({ input: server.stdout })) {
        port = Number(line)
        break
    }
    for (const isDeflated of [false, true]) await beClient(WebSocket, port, isDeflated)
    const ended = new Promise((resolve) => server.on('exit', resolve))
    server.stdin.end()
    check(await ended === 0, 'our server ended badly')
}

const WebSocket = load(folder)
for (const isDeflated of [false, true]) await serveClient(WebSocket.WebSocketServer, isDeflated)
await serve(WebSocket)
console.log(failures + ' failures')
process.exit(failures ? 1 : 0)
