using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Windows;
using Steering.Export.Cuts;
using Steering.Models;
using Steering.Tensors;

namespace Steering.Analysis.Sources;

/// <summary>Where activations come from: a model and a text, a model and a text with shards kept on the way, or shards alone.</summary>
public sealed record ActivationSourceOptions
{
    /// <summary>Most bytes of activations in a shard: 1 GiB.</summary>
    public const long LargestShardBytes = 1 << 30;

    /// <summary>Model folder; null for shards alone.</summary>
    public string? ModelFolder { get; init; }

    /// <summary>The model's graph where it was read already, in the place of <see cref="ModelFolder"/>.</summary>
    public SiteCut? Cut { get; init; }

    /// <summary>The site, as in <c>resid_post.15</c>; null for shards alone, whose own it then is.</summary>
    public string? Site { get; init; }

    /// <summary>A text file, or <c>-</c>; null for shards alone.</summary>
    public string? TextPath { get; init; }

    /// <summary>
    /// Folder of shards. With a text: the first pass is written there (or read, as far as it is there), later passes are read
    /// from there. Without: everything is read from there. Null keeps nothing on disk.
    /// </summary>
    public string? ShardFolder { get; init; }

    /// <summary>Type of stored activations: fp32, fp16 or bf16. Default: fp16. Without shards, rows are fp32.</summary>
    public TensorElementType StoredType { get; init; } = TensorElementType.Float16;

    /// <summary>About how many bytes of activations a shard holds, from 1 (one window) to <see cref="LargestShardBytes"/>. They are in memory until it is written. Default: 128 MiB.</summary>
    public long ShardBytes { get; init; } = 128 << 20;

    /// <summary>How the text is read.</summary>
    public TextCorpusOptions Corpus { get; init; } = new();

    /// <summary>How it is cut into windows.</summary>
    public TokenWindowOptions Windows { get; init; } = new();

    /// <summary>What is left out.</summary>
    public HarvestOptions Harvest { get; init; } = new();

    /// <summary>Device and threads of the model.</summary>
    public SteerableModelOptions Model { get; init; } = new();

    /// <summary>Decides the order.</summary>
    public long Seed { get; init; }

    /// <summary>How often the text is read, or null for without end.</summary>
    public int? Passes { get; init; }

    /// <summary>Rows of the mixing buffer, or null for 65,536 or what fits into 256 MiB.</summary>
    public int? BufferRows { get; init; }

    /// <summary>The model's graph, or null where no model is named.</summary>
    /// <exception cref="SteeringException">There is no such model, or two are named.</exception>
    internal SiteCut? LoadCut() => (Cut, ModelFolder) switch
    {
        ({ } cut, { } folder) when !string.Equals(cut.Folder, Path.GetFullPath(folder), StringComparison.Ordinal) =>
            throw new SteeringException($"Two models are named: the graph of {cut.Folder} and the folder {folder}. Give one of them."),
        (null, { } folder) => SiteCut.Load(folder),
        var (cut, _) => cut,
    };
}
