using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Steering.Catalogues;

namespace Steering.Tests.Sdk.Catalogues;

[TestClass]
public sealed class HostileCatalogueTests
{
    [TestMethod]
    public void Open_OfWhatIsNoCatalogue_SaysSo()
    {
        using var folder = new TemporaryFolder();
        Refusal.Of(() => FeatureCatalogue.Open(folder["absent"]), "does not exist");
        Refusal.Of(() => FeatureCatalogue.Open(folder.Path), "is a folder");
        Refusal.Of(() => FeatureCatalogue.Open(folder.Write("text", "just a long enough text that is no database at all, whatever"u8)), "no SQLite file");
        Refusal.Of(() => FeatureCatalogue.Open(folder.Write("empty", [])), "no feature catalogue");
        Execute(folder["other"], "CREATE TABLE features(x)");
        Refusal.Of(() => FeatureCatalogue.Open(folder["other"]), "SQLite file, but no feature catalogue");
    }

    [TestMethod]
    [DataRow("PRAGMA user_version = 2", "version 2")]
    [DataRow("DROP TABLE excerpt_text", "no 'excerpt_text'")]
    [DataRow("DROP INDEX examples_by_excerpt", "no 'examples_by_excerpt'")]
    [DataRow("CREATE TABLE more(x)", "'more'")]
    [DataRow("CREATE TRIGGER t AFTER INSERT ON features BEGIN SELECT 1; END", "trigger 't'")]
    [DataRow("DROP TABLE features; CREATE VIEW features AS SELECT 0 AS latent, 1 AS fired, 1e9 AS max_activation, 1 AS mean_activation, NULL AS nearest, NULL AS nearest_cosine", "view 'features'")]
    [DataRow("DELETE FROM catalogue WHERE key = 'latents'", "'latents' is missing")]
    [DataRow("UPDATE catalogue SET value = '0' WHERE key = 'tokens'", "'tokens' is '0'")]
    [DataRow("UPDATE catalogue SET value = '99999999999' WHERE key = 'latents'", "99999999999")]
    [DataRow("INSERT INTO catalogue VALUES('later', 'x')", "unknown entry 'later'")]
    public void Open_OfAChangedFile_Refuses(string sql, string message)
    {
        using var folder = new TemporaryFolder();
        FeatureCatalogueTests.Write(folder).Dispose();
        Execute(folder["c.sqlite"], sql);
        Refusal.Of(() => FeatureCatalogue.Open(folder["c.sqlite"]).Dispose(), message);
    }

    [TestMethod]
    [DataRow("UPDATE features SET max_activation = 'much' WHERE latent = 0", "or none")]
    [DataRow("UPDATE features SET max_activation = -1 WHERE latent = 0", "negative")]
    [DataRow("UPDATE features SET max_activation = 9e999 WHERE latent = 0", "not finite")]
    [DataRow("UPDATE features SET fired = 101 WHERE latent = 0", "101 of 100")]
    [DataRow("UPDATE features SET nearest = 6 WHERE latent = 0", "latent 6 of 6")]
    [DataRow("UPDATE excerpts SET peak = 9", "peak lies outside")]
    [DataRow("UPDATE excerpts SET lengths = x'FFFFFFFFFFFF'", "lengths")]
    [DataRow("UPDATE excerpts SET lengths = x''", "lengths")]
    [DataRow("UPDATE excerpts SET lengths = 'text'", "lengths")]
    [DataRow("UPDATE examples SET neighbours = x'FF01'", "outside its excerpt")]
    [DataRow("UPDATE examples SET neighbours = x'01'", "outside its excerpt")]
    [DataRow("UPDATE examples SET latent = 77 WHERE latent = 1", "latent 77")]
    public void Reading_OfImpossibleNumbers_Refuses(string sql, string message)
    {
        using var folder = new TemporaryFolder();
        FeatureCatalogueTests.Write(folder).Dispose();
        Execute(folder["c.sqlite"], sql);
        using var catalogue = FeatureCatalogue.Open(folder["c.sqlite"]);
        Refusal.Of(() => ReadAll(catalogue), message);
    }

    /// <summary>A latent count that only a much longer file could hold gets no memory.</summary>
    [TestMethod]
    public void ReadStatistics_OfMoreLatentsThanTheFileCanHold_Refuses()
    {
        using var folder = new TemporaryFolder();
        FeatureCatalogueTests.Write(folder).Dispose();
        Execute(folder["c.sqlite"], "UPDATE catalogue SET value = '2000000000' WHERE key = 'latents'");
        using var catalogue = FeatureCatalogue.Open(folder["c.sqlite"]);
        Refusal.Of(() => catalogue.ReadStatistics(), "2000000000");
    }

    /// <summary>Bytes turned at random, and the file cut at random: a refusal or an answer, never anything else.</summary>
    [TestMethod]
    public void Reading_OfDamagedBytes_RefusesOrAnswers()
    {
        using var folder = new TemporaryFolder();
        FeatureCatalogueTests.Write(folder).Dispose();
        var good = File.ReadAllBytes(folder["c.sqlite"]);
        var random = new Random(20);
        var refused = 0;
        for (var round = 0; round < 300; round++)
        {
            var bytes = good.ToArray();
            for (var change = 0; change <= round % 20; change++)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var path = folder.Write("damaged", round % 3 == 0 ? bytes.AsSpan(0, random.Next(bytes.Length)) : bytes);
            try
            {
                using var catalogue = FeatureCatalogue.Open(path);
                ReadAll(catalogue);
            }
            catch (SteeringException)
            {
                refused++;
            }
        }

        Assert.IsGreaterThan(100, refused);
    }

    /// <summary>Reading changes nothing, not even beside the file.</summary>
    [TestMethod]
    public void Reading_LeavesTheFileAndItsFolderAlone()
    {
        using var folder = new TemporaryFolder();
        using (var catalogue = FeatureCatalogueTests.Write(folder))
        {
            var before = SHA256.HashData(File.ReadAllBytes(folder["c.sqlite"]));
            ReadAll(catalogue);
            CollectionAssert.AreEqual(before, SHA256.HashData(File.ReadAllBytes(folder["c.sqlite"])));
        }

        Assert.HasCount(1, Directory.GetFileSystemEntries(folder.Path));
    }

    private static void ReadAll(FeatureCatalogue catalogue)
    {
        catalogue.ReadStatistics();
        for (var latent = 0; latent < Math.Min(catalogue.Info.LatentCount, 10); latent++)
        {
            catalogue.Feature(latent);
            catalogue.Examples(latent);
        }

        catalogue.Search("rain", 10);
        catalogue.Search("caf* a", 10);
    }

    private static void Execute(string path, string sql)
    {
        using var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ToString());
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own statements.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
