using System.Globalization;

namespace Steering.Catalogues;

/// <summary>The information of a catalogue as rows of its table <c>catalogue</c>.</summary>
internal static class CatalogueInfoRows
{
    public static IEnumerable<(string Key, string Value)> Of(CatalogueInfo info)
    {
        yield return ("latents", info.LatentCount.ToString(CultureInfo.InvariantCulture));
        yield return ("width", info.HiddenSize.ToString(CultureInfo.InvariantCulture));
        yield return ("sae_sha256", info.SaeSha256);
        yield return ("tokens", info.Tokens.ToString(CultureInfo.InvariantCulture));
        yield return ("tokens_left_out", info.TokensLeftOut.ToString(CultureInfo.InvariantCulture));
        foreach (var (key, value) in ((string, string?)[])[("model_name", info.ModelName), ("model_sha256", info.ModelSha256), ("site", info.Site), ("corpus", info.Corpus)])
        {
            if (value is not null)
            {
                yield return (key, value);
            }
        }
    }

    public static CatalogueInfo Read(string path, IReadOnlyDictionary<string, string> rows)
    {
        var info = new CatalogueInfo
        {
            LatentCount = (int)Number(path, rows, "latents", 1, int.MaxValue),
            HiddenSize = (int)Number(path, rows, "width", 1, int.MaxValue),
            SaeSha256 = rows.GetValueOrDefault("sae_sha256") ?? throw Missing(path, "sae_sha256"),
            ModelName = rows.GetValueOrDefault("model_name"),
            ModelSha256 = rows.GetValueOrDefault("model_sha256"),
            Site = rows.GetValueOrDefault("site"),
            Tokens = Number(path, rows, "tokens", 1, long.MaxValue),
            TokensLeftOut = Number(path, rows, "tokens_left_out", 0, long.MaxValue),
            Corpus = rows.GetValueOrDefault("corpus"),
        };
        var known = Of(info).Select(row => row.Key).ToHashSet(StringComparer.Ordinal);
        return rows.Keys.FirstOrDefault(key => !known.Contains(key)) is { } other
            ? throw new SteeringException($"{path}: unknown entry '{other}' in table 'catalogue'; the file is of a newer version or damaged.")
            : info;
    }

    private static long Number(string path, IReadOnlyDictionary<string, string> rows, string key, long minimum, long maximum)
    {
        var text = rows.GetValueOrDefault(key) ?? throw Missing(path, key);
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= minimum && value <= maximum
            ? value
            : throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: '{key}' is '{text}'; a whole number from {minimum} to {maximum} was expected."));
    }

    private static SteeringException Missing(string path, string key) => new($"{path}: entry '{key}' is missing from table 'catalogue'; make the catalogue again.");
}
