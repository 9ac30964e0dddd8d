/**
 * An app with real work in it: it reads its chunk, a number of lines, sums their
 * bytes into a 64-bit hash over many rounds, and writes the hash as its result.
 */
export const HASHER = `(module
  (import "wasi_snapshot_preview1" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_dir_name" (func $dirname (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 4)
  (data (i32.const 64) "data.bin")
  (data (i32.const 80) "hash.bin")
  (global $task (mut i32) (i32.const -1))
  (global $results (mut i32) (i32.const -1))
  ;; the pre-opened folders are told apart by their first file: the task folder is the one that has data.bin
  (func $try (param $fd i32) (result i32)
    (call $open (local.get $fd) (i32.const 0) (i32.const 64) (i32.const 8) (i32.const 0) (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 16)))
  (func (export "_start")
    (local $fd i32) (local $n i32) (local $i i32) (local $round i32) (local $hash i64)
    (local.set $fd (i32.const 3))
    (block $done (loop $next
      (br_if $done (i32.ne (call $prestat (local.get $fd) (i32.const 32)) (i32.const 0)))
      (if (i32.eqz (call $try (local.get $fd)))
        (then (global.set $task (i32.load (i32.const 16)))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $next (i32.lt_s (local.get $fd) (i32.const 16)))))
    (if (i32.lt_s (global.get $task) (i32.const 0)) (then (call $exit (i32.const 41))))
    (i32.store (i32.const 0) (i32.const 1024))
    (i32.store (i32.const 4) (i32.const 200000))
    (drop (call $read (global.get $task) (i32.const 0) (i32.const 1) (i32.const 8)))
    (local.set $n (i32.load (i32.const 8)))
    (local.set $hash (i64.const 1469598103934665603))
    (loop $rounds
      (local.set $i (i32.const 0))
      (loop $bytes
        (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.load8_u (i32.add (i32.const 1024) (local.get $i)))) (i64.const 1099511628211)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $bytes (i32.lt_u (local.get $i) (local.get $n))))
      (local.set $round (i32.add (local.get $round) (i32.const 1)))
      (br_if $rounds (i32.lt_u (local.get $round) (i32.const 200))))
    (i64.store (i32.const 1024) (local.get $hash))
    (i32.store (i32.const 4) (i32.const 8))
    ;; the results folder is the one in which a new file can be made
    (local.set $fd (i32.const 3))
    (block $made (loop $again
      (if (i32.eqz (call $open (local.get $fd) (i32.const 0) (i32.const 80) (i32.const 8) (i32.const 1) (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 16)))
        (then
          (drop (call $write (i32.load (i32.const 16)) (i32.const 0) (i32.const 1) (i32.const 8)))
          (br $made)))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $again (i32.lt_s (local.get $fd) (i32.const 16))))
      (call $exit (i32.const 42)))))`

/** What the app computes, here. */
function reference (chunk: Uint8Array): Buffer {
  let hash = 1469598103934665603n
  for (let round = 0; round < 200; round++) for (const byte of chunk) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 1099511628211n)
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(hash)
  return bytes
}

export const CHUNK = 1000
export const INPUT = Buffer.from(Array.from({ length: 40 * CHUNK }, (_, i) => (i * 31 + (i >> 8)) & 0xff))
export const EXPECTED = Buffer.concat(Array.from({ length: 40 }, (_, i) => reference(INPUT.subarray(i * CHUNK, (i + 1) * CHUNK))))
