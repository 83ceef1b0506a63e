// What does a flooded frame cost npm's ws and JSON.parse?
//
//     node flood.mjs FOLDER CA
//
// FOLDER is where ws is (or will be) installed, CA the authority that is believed.  Each line "URL
// FIRST LAST" on the input is one flood; answered with the CPU of this process in microseconds,
// from the message FIRST to the message LAST.
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

import { load } from '../support/ws.mjs'

const [folder, ca] = process.argv.slice(2)
const WebSocket = load(folder)
const options = { ca: readFileSync(ca) }

function hear(url, first, last) {
    return new Promise((resolve) => {
        const socket = new WebSocket(url, options)
        let count = 0, start
        socket.on('message', (data) => {
            JSON.parse(data)
            count++
            if (count === first) start = process.cpuUsage()
            if (count !== last) return
            const used = process.cpuUsage(start)
            socket.close()
            resolve(used.user + used.system)
        })
    })
}

console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
    const [url, first, last] = line.split(' ')
    console.log(await hear(url, Number(first), Number(last)))
}
