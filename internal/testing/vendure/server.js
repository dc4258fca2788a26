// SPDX-License-Identifier: Apache-2.0
'use strict';

// A Vendure server on loopback whose database is one file of its folder. What
// it is told comes in the environment; it writes one line, "ready PORT", when
// it answers, and nothing else on standard output.

const fs = require('node:fs');
const path = require('node:path');
// It must not tell anybody that it runs.
process.env.VENDURE_DISABLE_TELEMETRY = 'true';

// Node 18, which distributions still install, has it elsewhere.
globalThis.crypto ??= require('node:crypto').webcrypto;

const fromHere = require('node:module').createRequire(path.join(process.cwd(), 'package.json'));
const { bootstrap, DefaultLogger, LogLevel, manualFulfillmentHandler, MultiChannelStockLocationStrategy, TransactionalConnection } =
  fromHere('@vendure/core');

const folder = required('VENDURE_DATA');
const port = Number(required('VENDURE_PORT'));

function required(name) {
  const value = process.env[name];
  if (value === undefined || value === '') {
    console.error(`server.js: ${name} is not set`);
    process.exit(2);
  }
  return value;
}

// One request at a time: the database in memory has one connection, and two
// transactions on it would be rolled back together.
let last = Promise.resolve();
function oneAtATime(request, response, next) {
  const before = last;
  last = new Promise((done) => response.once('close', done));
  before.then(() => next());
}

const config = {
  logger: new DefaultLogger({ level: LogLevel.Error, timestamp: false }),
  apiOptions: {
    hostname: '127.0.0.1',
    port,
    adminApiPath: 'admin-api',
    shopApiPath: 'shop-api',
    middleware: [{ route: 'admin-api', handler: oneAtATime, beforeListen: true }],
  },
  authOptions: {
    tokenMethod: ['bearer'],
    superadminCredentials: { identifier: required('VENDURE_USERNAME'), password: required('VENDURE_PASSWORD') },
    sessionDuration: process.env.VENDURE_SESSION || '1h',
  },
  dbConnectionOptions: {
    type: 'sqljs',
    location: path.join(folder, 'vendure.sqlite'),
    // Writing the file after every change takes most of the time of a change,
    // and a process that ends meanwhile leaves half a file. See keep.
    autoSave: false,
    synchronize: true,
    logging: false,
  },
  catalogOptions: { stockLocationStrategy: new MultiChannelStockLocationStrategy() },
  shippingOptions: { fulfillmentHandlers: [manualFulfillmentHandler] },
  schedulerOptions: { tasks: [] },
  importExportOptions: { importAssetsDir: folder },
  // The three fields that the driver needs; its documentation says why only one is unique.
  customFields: {
    Order: [
      { name: 'externalRef', type: 'string', unique: true, nullable: true },
      { name: 'externalId', type: 'string', nullable: true },
      { name: 'externalWarehouse', type: 'string', nullable: true },
    ],
  },
  plugins: [],
};

// keep writes the database when everything is answered and before it is closed.
function keep(app) {
  const source = app.get(TransactionalConnection).rawConnection;
  const destroy = source.destroy.bind(source);
  source.destroy = async () => {
    await source.driver.save();
    return destroy();
  };
}

// What is under way is answered before the process ends. When it is the end of
// the process that started this one there is nobody to answer, nor anybody else
// to remove the data. The signal may come a moment before the parent is gone, so
// that is looked at again before the end.
const parent = process.ppid;
function exitIfAlone() {
  if (process.ppid !== parent) {
    fs.rmSync(folder, { recursive: true, force: true });
    process.exit(0);
  }
}
function stop(app) {
  exitIfAlone();
  app.close().then(() => {
    exitIfAlone();
    process.exit(0);
  });
}

bootstrap(config)
  .then((app) => {
    keep(app);
    process.on('SIGTERM', () => stop(app));
    console.log(`ready ${app.getHttpServer().address().port}`);
  })
  .catch((error) => {
    console.error(error);
    process.exit(1);
  });
