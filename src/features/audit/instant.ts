import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, type TransformFnParams } from 'class-transformer';
import { IsDate, IsOptional } from 'class-validator';

const INSTANT =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;

export function InstantParam(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time', description }),
    Transform(({ value }: TransformFnParams): unknown => parseInstant(value) ?? value),
    IsOptional(),
    IsDate({ message: 'Use an instant in the form of RFC 3339, such as 2026-01-31T12:00:00Z.' }),
  );
}

/** An instant of RFC 3339, rounded up to the millisecond; `Date` alone accepts many other forms and turns 30 February into 1 or 2 March. */
export function parseInstant(text: unknown): Date | undefined {
  const parts = typeof text === 'string' ? INSTANT.exec(text) : null;
  if (!parts) return undefined;
  const [year = 0, month = 0, day = 0] = parts.slice(1, 4).map(Number);
  if (!isDay(year, month, day)) return undefined;
  const [, , , , hour, minute, second, fraction = '', offset = ''] = parts;
  const whole = `${parts.slice(1, 4).join('-')}T${hour}:${minute}:${second}`;
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0')) + (/[1-9]/.test(fraction.slice(3)) ? 1 : 0);
  return new Date(Date.parse(`${whole}${offset.toUpperCase()}`) + ms);
}

function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
