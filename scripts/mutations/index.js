'use strict';

// The table: sixty faults that a programmer could make, each a change of one place. `find` stands in its file exactly once.
const access = require('./access');
const auth = require('./auth');
const passwords = require('./passwords');
const sessions = require('./sessions');
const tokens = require('./tokens');

module.exports = [...auth, ...sessions, ...tokens, ...passwords, ...access].map((mutation, index) => ({
  number: index + 1,
  ...mutation,
}));
