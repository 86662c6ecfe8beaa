using System.Text.Json.Serialization;

namespace Steering.Analysis.Shards;

/// <summary>Everything that decides the content of a folder of shards beside the text itself. Two harvests with the same job and text give the same bytes.</summary>
public sealed record ShardJob
{
    /// <summary>Name of the model, for people.</summary>
    public required string ModelName { get; init; }

    /// <summary>Fingerprint of the model's weights as they are stored, as <see cref="Export.Cuts.SiteCut.WeightsFingerprint"/> gives it: another precision gives other rows.</summary>
    public required string ModelSha256 { get; init; }

    /// <summary>Fingerprint of the checkpoint that the model was imported from, by which shards are matched to models; null where it was not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? CheckpointSha256 { get; init; }

    /// <summary>The site, as in <c>resid_post.15</c>.</summary>
    public required string Site { get; init; }

    /// <summary>Width d of a row.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Type of the stored activations: <c>F32</c>, <c>F16</c> or <c>BF16</c>.</summary>
    public required string Type { get; init; }

    /// <summary>How the text was read, in words.</summary>
    public required string Text { get; init; }

    /// <summary>How it was cut into windows, in words.</summary>
    public required string Windows { get; init; }

    /// <summary>How rows were computed and which left out, in words.</summary>
    public required string Harvest { get; init; }

    /// <summary>Windows of a full shard; the last one may hold fewer.</summary>
    public required int WindowsPerShard { get; init; }

    /// <summary>The first difference to another job, in words, or null.</summary>
    internal string? DifferenceTo(ShardJob other)
    {
        string? Compare(string what, object mine, object theirs) => mine.Equals(theirs) ? null : $"{what} is '{mine}' there and '{theirs}' here";
        return Compare("the model's fingerprint", ModelSha256, other.ModelSha256)
            ?? Compare("the site", Site, other.Site)
            ?? Compare("the width", HiddenSize, other.HiddenSize)
            ?? Compare("the type", Type, other.Type)
            ?? Compare("the way the text is read", Text, other.Text)
            ?? Compare("the cut into windows", Windows, other.Windows)
            ?? Compare("the harvest", Harvest, other.Harvest)
            ?? Compare("the number of windows in a shard", WindowsPerShard, other.WindowsPerShard);
    }
}
