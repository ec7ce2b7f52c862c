import { METHODS } from 'node:http';
import type { Answer } from './api';
import { expectProblem } from './problem';

export const HSTS = 'max-age=31536000; includeSubDomains';
export const ROUTER_METHODS = METHODS.filter((method) => method !== 'CONNECT');

/** Paths that resemble a health check or lead there in another reader's eyes. */
export const NO_HEALTH_CHECKS = [
  '/health/../v1/users/me',
  '/health/live/../../v1/users/me',
  '/health/%2e%2e/v1/users/me',
  '/health/live/..%2f..%2fv1/users/me',
  '/health/live%2f..%2f..%2fv1%2fusers%2fme',
  '/health%2flive',
  '/health\\live',
  '//health/live',
  '/health//live',
  '/./health/live',
  '/HEALTH/live',
  '/Health/Live',
  '/health/',
  '/health',
  '/healthx',
  '/health/live/',
  '/health/live/..%2f',
  '/health/live;/v1/users/me',
  '/health/live%00',
  '/v1/health/live',
  '/v1/users/me?/health/live',
  '/v1/users/me#/health/live',
  '/v1/users/me/%2e%2e/%2e%2e/%2e%2e/health/live',
  'http://x/health/../v1/users/me',
  '/docs/../health/live',
];

/** A request over http is refused, and no cookie is set by it. */
export function expectInsecure(answer: Answer<object>, toHead = false): void {
  if (toHead) expect(answer.status).toBe(403);
  else expectProblem(answer, 403, 'insecure-transport');
  expect(answer.headers.get('strict-transport-security')).toBeNull();
  expect(answer.headers.get('set-cookie')).toBeNull();
}
