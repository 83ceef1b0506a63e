// Where does npm's ws come from?  load(FOLDER) installs it there once; exit status 77: it cannot be
// had here.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const VERSION = '8.23.0'
const SKIPPED = 77

function install(folder) {
    if (existsSync(join(folder, 'node_modules/ws/package.json'))) return
    const options = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund',
                     '--ignore-scripts', 'ws@' + VERSION]
    const done = spawnSync('npm', options, { stdio: 'ignore', timeout: 120000 })
    if (done.status !== 0 || !existsSync(join(folder, 'node_modules/ws/package.json'))) {
        console.log('skipped: ws ' + VERSION + ' cannot be installed here')
        process.exit(SKIPPED)
    }
}

export function load(folder) {
    install(folder)
    return createRequire(join(folder, 'x.js'))('ws')
}
