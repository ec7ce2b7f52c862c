'use strict';

// What Nest, Fastify and the driver alone cost: a route that returns an object, and one that reads a body, updates a row
// and signs a token as a refresh must.
require('reflect-metadata');
const { generateKeyPairSync, sign } = require('node:crypto');
const { Body, Controller, Get, Module, Post } = require('@nestjs/common');
const { NestFactory } = require('@nestjs/core');
const { FastifyAdapter } = require('@nestjs/platform-fastify');
const { Pool } = require('pg');

const UPDATE = { name: 'bench', text: 'UPDATE bench SET n = n + 1 WHERE id = $1 RETURNING n' };

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 10 });
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

class EmptyController {
  get() {
    return { status: 'ok' };
  }

  async update({ refreshToken }) {
    const { rows } = await pool.query({ ...UPDATE, values: [refreshToken.length % 64] });
    const claims = Buffer.from(JSON.stringify({ ...rows[0], refreshToken })).toString('base64url');
    const signature = sign('sha256', Buffer.from(claims), { key: privateKey, dsaEncoding: 'ieee-p1363' });
    return { accessToken: `${claims}.${signature.toString('base64url')}`, refreshToken };
  }
}
const descriptorOf = (name) => Object.getOwnPropertyDescriptor(EmptyController.prototype, name);
Get()(EmptyController.prototype, 'get', descriptorOf('get'));
Post()(EmptyController.prototype, 'update', descriptorOf('update'));
Body()(EmptyController.prototype, 'update', 0);
Controller('empty')(EmptyController);

class EmptyModule {}
Module({ controllers: [EmptyController] })(EmptyModule);

async function main() {
  await pool.query('CREATE TABLE bench (id integer PRIMARY KEY, n integer NOT NULL) WITH (fillfactor = 80)');
  await pool.query('INSERT INTO bench SELECT g, 0 FROM generate_series(0, 63) g');
  const app = await NestFactory.create(EmptyModule, new FastifyAdapter(), { logger: false });
  await app.listen(0, '127.0.0.1');
  process.send?.(app.getHttpServer().address());
}

void main();
