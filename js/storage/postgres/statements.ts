import type { TableNames } from "./tables.ts";

/** A page of a scan goes over so many places, and ends early once its records have so many bytes. */
const pagePlaces = 1000;
const pageBytes = 4_000_000;

/** How a log is written. */
export type Change =
  /** Only when none of the records is there in any version. */
  | "new"
  /** Over the versions that are there. */
  | "add"
  /** As `add`; ends all positions and drops what is cached. */
  | "erase"
  /** As `erase`; nothing else stays. */
  | "replace";

/**
 * All that is ever sent. `$1` is the owner, everywhere but in `owners`: the rest never reaches into another partition.
 *
 * A log is a row of its own with a random name, the place of the last change (`last`, which counts records as they
 * come) and the place from which on positions hold (`floor`). `<log>:<last>` is both the position that a reader gets and
 * what a writer expects to find: `write`, `erase` and `put` lock that row and do nothing when another one was there
 * first. A statement that had to wait for the lock still sees everything else as it was when it began, so what it saw
 * counts only when nobody changed the log meanwhile, and that is just what is compared.
 */
export interface Statements {
  /** Where the log is: `log`, `last`, `floor`. */
  readonly head: string;
  /** The position, and the stored versions of the ids `$2` (JSON). */
  readonly find: string;
  /** A log without records, where there is none. */
  readonly begin: string;
  /** Moves a log from position `$2`: records `$3` (JSON), how many `$4`, the kind of change `$5`. The new position. */
  readonly write: string;
  /**
   * The next records behind place `$2` with a clock behind `$3`, of the kinds `$4` (JSON; "": all), as JSON text. They
   * go up to the place `page_end`, the log to `log_end`.
   */
  readonly page: string;
  /** Everyone with a record. The only statement across owners. */
  readonly owners: string;
  /** Removes a log that is at position `$2`. */
  readonly erase: string;
  /** The bytes under the name `$2`, in base64. */
  readonly get: string;
  /** Puts bytes `$3` (base64) under the name `$2`, while the log `$4` holds place `$5` ("": in any case). */
  readonly put: string;
}

/** The statements for tables of these names. */
export function statements({ logs, records, caches }: TableNames): Statements {
  // Lists and numbers go as text, which every driver hands over as it is.
  const texts = (parameter: string) => `json_array_elements_text(${parameter}::text::json)`;
  // One by one by the key: without statistics (PGlite never makes them) a join would read the whole log.
  const lookup = (id: string) =>
    `lateral (select record from ${records} where owner = $1 and id = ${id} limit 1) as stored`;
  return {
    head: `select log::text as log, last::text as last, floor::text as floor from ${logs} where owner = $1`,

    find: `
      select log::text || ':' || last::text as position, (
        select '[' || string_agg(record, ',') || ']' from ${texts("$2")} as wanted (id), ${lookup("wanted.id")}
      ) as stored
      from ${logs} where owner = $1`,

    begin: `insert into ${logs} (owner) values ($1) on conflict (owner) do nothing`,

    write: `
      with offered as (
        select * from json_to_recordset($3::text::json)
          as offered (nth bigint, id text, kind text, at text, record text)
      ), head as (
        update ${logs} set
          last = last + $4::text::bigint,
          floor = case when $5::text in ('erase', 'replace') then last + $4::text::bigint else floor end,
          log = case when $5::text = 'replace' then gen_random_uuid() else log end
        where owner = $1 and log::text || ':' || last::text = $2::text and ($5::text <> 'new' or not exists (
          select from offered, ${lookup("offered.id")}))
        returning log, last
      ), written as (
        insert into ${records} (owner, id, kind, at, place, record)
        select $1, id, kind, at, last - $4::text::bigint + nth, record from offered, head
        on conflict (owner, id) do update set
          kind = excluded.kind, at = excluded.at, place = excluded.place, record = excluded.record
      ), removed as (
        delete from ${records} where owner = $1 and $5::text = 'replace' and exists (select from head)
          and id not in (select id from offered)
      ), dropped as (
        delete from ${caches} where owner = $1 and $5::text in ('erase', 'replace') and exists (select from head)
      )
      select log::text || ':' || last::text as position from head`,

    page: `
      select log.last::text as log_end,
        (case when bool_and(fits) is false then max(place) filter (where fits)
          else $2::text::bigint + ${pagePlaces} end)::text as page_end,
        '[' || string_agg(record, ',' order by place) filter (where fits) || ']' as records
      from ${logs} as log left join (
        select place, record,
          sum(octet_length(record)) over (order by place) - octet_length(record) < ${pageBytes} as fits
        from ${records}
        where owner = $1 and place > $2::text::bigint and place <= $2::text::bigint + ${pagePlaces}
          and ($3::text = '' or at > $3::text)
          and ($4::text = '' or kind in (select ${texts("(case $4::text when '' then '[]' else $4::text end)")}))
      ) as found on true
      where log.owner = $1 group by log.last`,

    owners: `
      select owner from ${logs} as log
      where exists (select from ${records} as stored where stored.owner = log.owner)`,

    erase: `
      with head as (
        delete from ${logs} where owner = $1 and log::text || ':' || last::text = $2::text returning 1
      ), removed as (
        delete from ${records} where owner = $1 and exists (select from head)
      ), dropped as (
        delete from ${caches} where owner = $1 and exists (select from head)
      )
      select 1 as done from head`,

    get: `select encode(bytes, 'base64') as bytes from ${caches} where owner = $1 and name = $2`,

    put: `
      with head as (
        update ${logs} set last = last + 1
        where owner = $1
          and ($4::text = '' or log::text = $4::text and $5::text::bigint between floor and last)
        returning 1
      ), kept as (
        insert into ${caches} (owner, name, bytes) select $1, $2::text, decode($3::text, 'base64') from head
        on conflict (owner, name) do update set bytes = excluded.bytes
      )
      select 1 as done from head`,
  };
}
