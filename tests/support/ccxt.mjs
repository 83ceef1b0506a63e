// Where does ccxt come from?  install(FOLDER) installs it there once, load(FOLDER) loads it; both
// answer whether it is there, or it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

export const VERSION = '4.5.84'

function isThere(folder) {
    return existsSync(join(folder, 'node_modules/ccxt/package.json'))
}

export function install(folder) {
    if (isThere(folder)) return true
    const options = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund',
                     '--ignore-scripts', 'ccxt@' + VERSION]
    const done = spawnSync('npm', options, { stdio: 'ignore', timeout: 240000 })
    return done.status === 0 && isThere(folder)
}

// undefined: it was not installed.
export function load(folder) {
    return isThere(folder) ? createRequire(join(folder, 'node_modules/'))('ccxt') : undefined
}
