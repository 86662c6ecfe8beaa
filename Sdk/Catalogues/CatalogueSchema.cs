namespace Steering.Catalogues;

/// <summary>The tables of a catalogue file, word for word: a file that has others is not one (docs/evaluation.md).</summary>
internal static class CatalogueSchema
{
    /// <summary>SQLite application id: "SAEc".</summary>
    public const int ApplicationId = 0x53414563;

    /// <summary>Schema version, SQLite's user_version.</summary>
    public const int Version = 1;

    /// <summary>Statements in the order of creation.</summary>
    public static readonly (string Name, string Sql)[] Statements =
    [
        ("catalogue", "CREATE TABLE catalogue(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID"),
        ("features", "CREATE TABLE features(latent INTEGER PRIMARY KEY, fired INTEGER NOT NULL, max_activation REAL NOT NULL, mean_activation REAL NOT NULL, nearest INTEGER, nearest_cosine REAL)"),
        ("labels", "CREATE TABLE labels(latent INTEGER PRIMARY KEY, label TEXT NOT NULL)"),
        ("excerpts", "CREATE TABLE excerpts(excerpt INTEGER PRIMARY KEY, document INTEGER NOT NULL, peak INTEGER NOT NULL, peak_word TEXT NOT NULL, lengths BLOB NOT NULL, text TEXT NOT NULL)"),
        ("examples", "CREATE TABLE examples(latent INTEGER NOT NULL, rank INTEGER NOT NULL, excerpt INTEGER NOT NULL, activation REAL NOT NULL, neighbours BLOB NOT NULL, PRIMARY KEY(latent, rank)) WITHOUT ROWID"),
    ];

    /// <summary>Statements that are quicker once the tables are full.</summary>
    public static readonly (string Name, string Sql)[] Indexes =
    [
        ("examples_by_excerpt", "CREATE INDEX examples_by_excerpt ON examples(excerpt)"),
        ("excerpt_text", "CREATE VIRTUAL TABLE excerpt_text USING fts5(peak_word, text, content='excerpts', content_rowid='excerpt', tokenize='unicode61 remove_diacritics 2')"),
        ("label_text", "CREATE VIRTUAL TABLE label_text USING fts5(label, content='labels', content_rowid='latent', tokenize='unicode61 remove_diacritics 2')"),
    ];
}
