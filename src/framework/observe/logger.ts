import { createLogger as createWinstonLogger, format, transports, type Logger as WinstonLogger } from 'winston';
import { currentRun } from './run.ts';

/** Fields of a log line. Never a Secret's content. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** The part of a logger that the framework uses; winston's loggers have it. */
export type Logger = {
  debug(message: string, fields?: LogFields): unknown;
  info(message: string, fields?: LogFields): unknown;
  warn(message: string, fields?: LogFields): unknown;
  error(message: string, fields?: LogFields): unknown;
  /** A logger whose every line carries these fields. */
  child(fields: LogFields): Logger;
};

export type LoggerOptions = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** `json` for machines, one object a line; `text` for people. */
  readonly format: 'json' | 'text';
};

/** A winston logger that writes to standard error. */
export function createLogger(options: LoggerOptions): Logger {
  const winston = createWinstonLogger({
    level: options.level,
    format: options.format === 'json' ? jsonFormat() : textFormat(),
    transports: [new transports.Console({ stderrLevels: ['error', 'warn', 'info', 'debug'] })],
  });
  return wrap(winston);
}

/** A child per object: plain delegation, because winston keeps no list of its children. */
function wrap(winston: WinstonLogger): Logger {
  return {
    debug: (message, fields) => winston.debug(message, ofRun(fields)),
    info: (message, fields) => winston.info(message, ofRun(fields)),
    warn: (message, fields) => winston.warn(message, ofRun(fields)),
    error: (message, fields) => winston.error(message, ofRun(fields)),
    child: (fields) => wrap(winston.child(fields)),
  };
}

/** Whatever is logged in the course of a run says in which, of what, and why it runs. */
function ofRun(fields: LogFields | undefined): LogFields | undefined {
  const run = currentRun();
  return run ? { kind: run.kind, object: run.object, run: run.id, cause: run.summary, ...fields } : fields;
}

/** Fields are scalars, so that winston's own JSON, which looks for circles and sorts, is not needed for every line. */
function jsonFormat() {
  return format.combine(
    format.timestamp(),
    format.printf(({ timestamp, level, message, ...fields }) =>
      JSON.stringify({ timestamp, level, message, ...fields }),
    ),
  );
}

function textFormat() {
  return format.combine(
    format.timestamp({ format: 'HH:mm:ss.SSS' }),
    format.printf(({ timestamp, level, message, ...fields }) => {
      const rest = Object.entries(fields)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
      return [timestamp, level.padEnd(5), message, ...rest].join(' ');
    }),
  );
}
