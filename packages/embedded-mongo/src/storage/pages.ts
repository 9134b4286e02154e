import type { Buffer } from 'node:buffer'

/**
 * lmdb's file as it lies on the disk, read without lmdb: it trusts what it maps into memory, and a page that is not
 * there ends the process. Source: `MDB_page_header`, `MDB_node` and `MDB_db` in lmdb's mdb.c.
 */
export interface Tree {
  readonly root: bigint
  readonly depth: number
  readonly branchPages: bigint
  readonly leafPages: bigint
  readonly overflowPages: bigint
  readonly entries: bigint
}

export interface PageFile {
  readonly pageBytes: number
  /** Pages that are wholly in the file. */
  readonly pages: bigint
  /** The highest page that the state may use. */
  readonly lastPage: bigint
  /** The number of the commit that the state is of; a page of a later one does not belong to it. */
  readonly transaction: bigint
  read(page: bigint): Buffer
}

const headerBytes = 24
const branch = 0x01
const leaf = 0x02
const overflow = 0x04
const bigData = 0x01
const noPage = 0xffff_ffff_ffff_ffffn

interface Counts {
  branchPages: bigint
  leafPages: bigint
  overflowPages: bigint
  entries: bigint
}

/**
 * Walks a tree breadth first and says what is wrong with its pages, at the first fault.
 * @param maxPages stops after so many pages, then without comparing the counts
 */
export const faultInTree = (file: PageFile, tree: Tree, maxPages = Number.POSITIVE_INFINITY): string | undefined => {
  if (tree.root === noPage) return tree.entries === 0n ? undefined : `a tree of ${tree.entries} entries has no root`
  const counts: Counts = { branchPages: 0n, leafPages: 0n, overflowPages: 0n, entries: 0n }
  let level: bigint[] = [tree.root]
  let seen = 0
  for (let depth = 1; depth <= tree.depth; depth += 1) {
    const below: bigint[] = []
    for (const page of level) {
      seen += 1
      if (seen > maxPages) return undefined
      const fault = faultInPage(file, page, depth === tree.depth ? leaf : branch, counts, below)
      if (fault) return `page ${page} ${fault}`
    }
    level = below
  }
  const wrong = (Object.keys(counts) as (keyof Counts)[]).find((name) => counts[name] !== tree[name])
  return wrong && `a tree should have ${tree[wrong]} ${wrong}, and has ${counts[wrong]}`
}

const faultInPage = (
  file: PageFile,
  page: bigint,
  kind: number,
  counts: Counts,
  below: bigint[],
): string | undefined => {
  const missing = whyMissing(file, page)
  if (missing) return missing
  const bytes = file.read(page)
  const fault = faultInHeader(file, bytes, page, kind)
  if (fault) return fault
  const nodes = nodesOf(file, bytes)
  if (!nodes) return 'has places that lie outside of it'
  if (kind === branch) {
    counts.branchPages += 1n
    for (const node of nodes) below.push(childOf(bytes, node))
    return undefined
  }
  counts.leafPages += 1n
  counts.entries += BigInt(nodes.length)
  for (const node of nodes) {
    const bad = faultInValue(file, bytes, node, counts)
    if (bad) return bad
  }
  return undefined
}

const whyMissing = (file: PageFile, page: bigint): string | undefined => {
  if (page < 2n || page > file.lastPage) return 'is none that the data have'
  return page >= file.pages ? 'lies behind the end of the file' : undefined
}

const faultInHeader = (file: PageFile, bytes: Buffer, page: bigint, kind: number): string | undefined => {
  if (bytes.readBigUInt64LE(0) !== page) return `calls itself ${bytes.readBigUInt64LE(0)}`
  if ((bytes.readUInt16LE(18) & 0x0f) !== kind) return 'is of another kind than its place in the tree'
  return bytes.readBigUInt64LE(8) > file.transaction ? 'is of a later time than the data' : undefined
}

/** Where the nodes of a page begin; undefined if one lies outside of it. */
const nodesOf = (file: PageFile, bytes: Buffer): number[] | undefined => {
  const lower = bytes.readUInt16LE(20)
  const upper = bytes.readUInt16LE(22)
  const room = file.pageBytes - headerBytes
  if (lower % 2 !== 0 || lower > upper || upper > room) return undefined
  const nodes: number[] = []
  for (let place = 0; place < lower; place += 2) {
    const node = bytes.readUInt16LE(headerBytes + place)
    if (node < upper || node + 8 > room) return undefined
    const start = node + headerBytes
    if (start + 8 + bytes.readUInt16LE(start + 6) > file.pageBytes) return undefined
    nodes.push(start)
  }
  return nodes
}

const childOf = (bytes: Buffer, node: number): bigint =>
  BigInt(bytes.readUInt32LE(node)) | (BigInt(bytes.readUInt16LE(node + 4)) << 32n)

const faultInValue = (file: PageFile, bytes: Buffer, node: number, counts: Counts): string | undefined => {
  const size = bytes.readUInt32LE(node)
  const start = node + 8 + bytes.readUInt16LE(node + 6)
  if ((bytes.readUInt16LE(node + 4) & bigData) === 0) {
    return start + size > file.pageBytes ? 'has a value that lies outside of it' : undefined
  }
  if (start + 8 > file.pageBytes) return 'has a value that lies outside of it'
  const page = bytes.readBigUInt64LE(start)
  const count = BigInt(Math.ceil((size + headerBytes) / file.pageBytes))
  const fault =
    whyMissing(file, page) ??
    whyMissing(file, page + count - 1n) ??
    faultInHeader(file, file.read(page), page, overflow)
  if (fault) return `has a large value whose page ${page} ${fault}`
  counts.overflowPages += count
  return undefined
}
