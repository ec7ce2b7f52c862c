'use strict';

// The operator's commands run the built application; in a fresh clone there is none yet.
const { execSync } = require('node:child_process');
const { existsSync } = require('node:fs');

if (!existsSync('dist/cli.js')) execSync('npm run build', { stdio: 'inherit' });
