// Bundles the account pages into a folder: `node build.js <folder>`. Text files have a .br and a .gz beside them.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const FOLDER = import.meta.dirname;
const LANGUAGE = /^src\/messages\/([a-z]{2,3})\.ts$/;

const out = process.argv[2];
const assets = join(out, 'assets');
mkdirSync(assets, { recursive: true });

const { metafile } = await build({
  absWorkingDir: FOLDER,
  entryPoints: ['src/main.tsx', 'src/style.css', 'src/icon.svg'],
  outdir: assets,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  // Browsers of 2022 and later, such as Firefox ESR 115 and Safari 16.4.
  target: ['es2022', 'safari16.4'],
  minify: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  // The client is beside this folder; its dependency is installed here.
  nodePaths: [join(FOLDER, 'node_modules')],
  loader: { '.svg': 'copy' },
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

const outputs = Object.entries(metafile.outputs);
const outputOf = (entry) => outputs.find(([, { entryPoint }]) => entryPoint === entry)?.[0];
const nameOf = (output) => basename(output);

/** The chunks that a script imports before it runs. */
function importsOf(output) {
  const imports = metafile.outputs[output].imports.filter(({ kind }) => kind === 'import-statement');
  return new Set(imports.flatMap(({ path }) => [path, ...importsOf(path)]));
}

const script = outputOf('src/main.tsx');
const languages = outputs.flatMap(([output, { entryPoint = '' }]) => {
  const [, language] = LANGUAGE.exec(entryPoint) ?? [];
  return language ? [[language, nameOf(output)]] : [];
});
const manifest = {
  script: nameOf(script),
  style: nameOf(outputOf('src/style.css')),
  icon: nameOf(outputs.find(([, { inputs }]) => 'src/icon.svg' in inputs)[0]),
  preloads: [...importsOf(script)].map(nameOf),
  languages: Object.fromEntries(languages),
  paths: JSON.parse(readFileSync(join(FOLDER, 'src/paths.json'), 'utf8')),
};

for (const name of readdirSync(assets)) {
  const bytes = readFileSync(join(assets, name));
  const quality = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  writeFileSync(join(assets, `${name}.br`), brotliCompressSync(bytes, { params: quality }));
  writeFileSync(join(assets, `${name}.gz`), gzipSync(bytes, { level: 9 }));
}
writeFileSync(join(out, 'index.html'), readFileSync(join(FOLDER, 'src/index.html')));
writeFileSync(join(out, 'manifest.json'), JSON.stringify(manifest, null, 2));
