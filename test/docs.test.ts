import { existsSync, statSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect } from 'chai'
import { reference } from '../scripts/docs.ts'
import { blocksOf, documents, proseOf, read, root, trackedFiles } from './rig/docs.ts'

describe('the documentation', () => {
  it('is in blocks of languages that a test knows what to do with', () => {
    const known = ['sh', 'ts', 'text', 'json', 'tree', 'nginx']
    const others = documents.flatMap(blocksOf).filter(({ language }) => !known.includes(language))
    expect(others.map(({ file, line, language }) => `${file}:${line} ${language}`)).to.deep.equal([])
  })

  it('has a reference that is what the tables say', () => {
    expect(read('docs/reference.md'), 'write it anew with node --import tsx scripts/docs.ts').to.equal(reference())
  })

  for (const file of documents) {
    it(`${file} links to what is there`, () => {
      const links = [...proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link)
      const broken = links.filter((link) => !/^https?:/.test(link)).filter((link) => !resolves(file, link))
      expect(broken).to.deep.equal([])
    })

    it(`${file} names only files that are there`, () => {
      expect(namedPaths(proseOf(file)).filter((path) => !existsSync(join(root, path)))).to.deep.equal([])
    })
  }

  it('names in CONTRIBUTING every folder of the house, and no other', () => {
    const named = blocksOf('CONTRIBUTING.md')
      .filter(({ language }) => language === 'tree')
      .flatMap(({ code }) => code.split('\n'))
      .map((line) => /^\S+/.exec(line)?.[0] ?? '')
    expect(named.filter((path) => !existsSync(join(root, path)))).to.deep.equal([])

    const folders = new Set(trackedFiles().map((file) => `${dirname(file)}/`))
    const rooms = [...folders].filter((folder) =>
      /^(packages\/[^/]+\/src|server\/src\/[^/]+|sdk\/src|examples\/[^/]+|test|bench|scripts|docs\/decisions)\/$/.test(
        folder,
      ),
    )
    expect(rooms.filter((folder) => !named.includes(folder))).to.deep.equal([])
  })

  it('describes every decision on a short page that the list names', () => {
    const pages = documents.filter((file) => /^docs\/decisions\/(?!README)/.test(file))
    expect(pages.filter((page) => read(page).split('\n').length > 60)).to.deep.equal([])
    const sections = ['**Question.**', '**Choice', '**Why', '**What would change our mind.**']
    const without = pages.flatMap((page) =>
      sections.filter((section) => !read(page).includes(section)).map((section) => `${page}: ${section}`),
    )
    expect(without).to.deep.equal([])
    const list = read('docs/decisions/README.md')
    expect(pages.filter((page) => !list.includes(`](${page.slice('docs/decisions/'.length)})`))).to.deep.equal([])
  })

  it('shows a picture of the dashboard that loads quickly', () => {
    expect(read('README.md')).to.include('](docs/dashboard.png)')
    expect(trackedFiles()).to.include('docs/dashboard.png')
    expect(statSync(join(root, 'docs/dashboard.png')).size).to.be.lessThan(200_000)
  })
})

/** What is written as code and looks like a path from the root. */
function namedPaths(prose: string): string[] {
  return [...prose.matchAll(/`([^`\s]+)`/g)]
    .map(([, text = '']) => text)
    .filter((text) => /^(packages|server|sdk|test|docs|scripts|examples|\.ci)\/[\w./-]+$/.test(text))
}

function resolves(file: string, link: string): boolean {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? file : normalize(join(dirname(file), path))
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsOf(target).includes(anchor)
}

/** As GitHub makes them from headings. */
function anchorsOf(file: string): string[] {
  return [...read(file).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
}
