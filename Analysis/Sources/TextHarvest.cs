using System.Globalization;
using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Windows;
using Steering.Export.Cuts;

namespace Steering.Analysis.Sources;

/// <summary>
/// A text through a model: everything is checked, and the graph read, when it is opened; the model is loaded when it first
/// runs. One pass at a time.
/// </summary>
internal sealed class TextHarvest : IDisposable
{
    private readonly ActivationSourceOptions _options;
    private readonly SiteCut _cut;
    private Harvester? _harvester;
    private MassiveLimit? _limit;

    private TextHarvest(ActivationSourceOptions options, SiteCut cut, TextWindows windows, ShardJob job)
    {
        _options = options;
        _cut = cut;
        Windows = windows;
        Job = job;
    }

    /// <summary>The text's windows.</summary>
    public TextWindows Windows { get; }

    /// <summary>What decides the rows beside the text.</summary>
    public ShardJob Job { get; }

    public int HiddenSize => _cut.HiddenSize;

    /// <summary>Rows of a batch at most, save where one window has more tokens.</summary>
    public int BatchTokens => Math.Max(1, _options.Harvest.BatchTokens);

    public bool IsRepeatable => Windows.Corpus.IsRepeatable;

    /// <summary>Everything in words, for saved states. The type counts where rows are rounded to it.</summary>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture,
        $"{Job.ModelName} ({Job.ModelSha256[..16]}) at {Job.Site}, {Job.Text}, {Job.Windows}, {Job.Harvest}{(_options.ShardFolder is null ? string.Empty : $", stored as {Job.Type} {Job.WindowsPerShard} windows a shard")}");

    /// <summary>The norm above which tokens are left out, once it is known. Set it to continue an earlier harvest.</summary>
    public MassiveLimit? Limit
    {
        get => _harvester?.Limit ?? _limit;
        set
        {
            _limit = value;
            if (_harvester is not null)
            {
                _harvester.Limit = value;
            }
        }
    }

    /// <summary>Checks options.</summary>
    /// <param name="options">Model, site and text.</param>
    /// <param name="keepTokens">Tokens of the text that may be kept for later passes.</param>
    /// <param name="cancellationToken">Stops the fingerprinting of weights.</param>
    /// <exception cref="SteeringException">Something given does not exist or does not go together.</exception>
    public static TextHarvest Open(ActivationSourceOptions options, long keepTokens, CancellationToken cancellationToken)
    {
        var cut = options.LoadCut() ?? throw new SteeringException("A text is harvested with a model. Name the model folder.");
        var text = options.TextPath ?? throw new SteeringException("No text was given to harvest. Name a file, or - for standard input.");
        var corpus = TextCorpus.Open(text, options.Corpus with { Chat = options.Windows.Chat });
        var windows = new TextWindows(corpus, TokenWindows.Load(cut.Folder, options.Windows, options.Model), options.Harvest.MaximumTokens, keepTokens);
        try
        {
            return Open(options, cut, windows, cancellationToken);
        }
        catch
        {
            windows.Dispose();
            throw;
        }
    }

    /// <summary>As <see cref="Open(ActivationSourceOptions, long, CancellationToken)"/>, of a graph and a text that were opened already.</summary>
    public static TextHarvest Open(ActivationSourceOptions options, SiteCut cut, TextWindows windows, CancellationToken cancellationToken)
    {
        var site = cut.Name(options.Site ?? throw new SteeringException($"No site was given. The sites of {cut.Folder} are {string.Join(", ", cut.Sites)}."));
        MassiveLimit.CheckFactor(options.Harvest.Exclusion.MassiveFactor);
        if (options.ShardBytes is < 1 or > ActivationSourceOptions.LargestShardBytes)
        {
            throw new SteeringException($"Shards of {options.ShardBytes} bytes are not possible; give 1 to {ActivationSourceOptions.LargestShardBytes}.");
        }

        return new TextHarvest(options, cut, windows, new ShardJob
        {
            ModelName = cut.ModelName,
            ModelSha256 = cut.WeightsFingerprint(cancellationToken),
            CheckpointSha256 = cut.CheckpointSha256,
            Site = site,
            HiddenSize = cut.HiddenSize,
            Type = ShardLayout.TypeName(options.StoredType),
            Text = windows.Corpus.Description,
            Windows = windows.Cutter.Description,
            Harvest = Harvester.Describe(options.Harvest),
            WindowsPerShard = ShardWriter.WindowsPerShard(options.ShardBytes, cut.HiddenSize, options.StoredType, options.Windows.Length),
        });
    }

    /// <summary>Tokens that one pass puts through the model, left-out ones included. The model is not run.</summary>
    /// <exception cref="SteeringException">The text is standard input, which cannot be read twice, or cannot be read.</exception>
    public long CountTokens(CancellationToken cancellationToken) => IsRepeatable
        ? Windows.Read(cancellationToken).Sum(window => (long)window.Ids.Length)
        : throw new SteeringException("The tokens of standard input cannot be counted before they are read. Say how many tokens to train on, or write the text to a file.");

    /// <summary>Refuses a complete folder that was harvested from another text. The whole text is cut into tokens for it; the model is not run.</summary>
    /// <exception cref="SteeringException">The text is not the one that the folder was harvested from.</exception>
    public void CheckText(ShardIndex index, string folder, CancellationToken cancellationToken)
    {
        using var hash = new WindowHash();
        foreach (var window in Windows.Read(cancellationToken))
        {
            hash.Add(window);
        }

        if (!string.Equals(hash.Current, index.Shards[^1].TextSha256, StringComparison.Ordinal))
        {
            throw new SteeringException($"{folder} is complete, and was harvested from another text than {TextCorpus.Name(Windows.Corpus.Path)}: the tokens differ. Choose another folder, or give the text it was harvested from.");
        }
    }

    /// <summary>Frees the model's memory; a later pass loads it again.</summary>
    public void Unload()
    {
        _limit = Limit;
        _harvester?.Dispose();
        _harvester = null;
    }

    /// <summary>Harvests from a window on to the end of the text. A unit is a batch, or the windows of a shard.</summary>
    /// <param name="firstWindow">The first window of a unit.</param>
    /// <param name="textBefore">Hash of all windows before; empty where it is not known.</param>
    /// <param name="writer">Takes the batches on the way, or null.</param>
    /// <param name="progress">Receives the tokens of each forward pass, or null.</param>
    /// <param name="cancellationToken">Stops between forward passes.</param>
    /// <exception cref="SteeringException">The windows before are others than they were.</exception>
    public IEnumerable<RowBlock> Blocks(long firstWindow, string textBefore, ShardWriter? writer, IProgress<int>? progress, CancellationToken cancellationToken)
    {
        var harvester = _harvester ??= Load();
        using var hash = new WindowHash();
        writer?.Restart();
        var perUnit = writer?.Index.Job.WindowsPerShard ?? 0;
        var (unit, before) = (-1L, string.Empty);
        foreach (var batch in harvester.Run(Rest(hash, firstWindow, textBefore, cancellationToken), perUnit, progress, cancellationToken))
        {
            var window = batch.Windows[0].Number;
            var belongs = perUnit == 0 ? window : window / perUnit * perUnit;
            if (belongs != unit)
            {
                (unit, before) = (belongs, hash.Current);
            }

            foreach (var added in batch.Windows)
            {
                hash.Add(added);
            }

            writer?.Append(batch, harvester.Limit!, hash);
            yield return new RowBlock(batch.Activations, unit, before, default(HarvestCounts).Plus(batch));
        }

        writer?.Complete(harvester.Limit ?? MassiveLimit.None, hash);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _harvester?.Dispose();
        Windows.Dispose();
    }

    private Harvester Load()
    {
        var harvester = new Harvester(SiteHead.Load(_cut, Job.Site, _options.Model), _options.Harvest);
        harvester.Limit = _limit ?? harvester.Limit;
        return harvester;
    }

    private IEnumerable<TokenWindow> Rest(WindowHash hash, long firstWindow, string textBefore, CancellationToken cancellationToken)
    {
        var skipping = firstWindow > 0;
        foreach (var window in Windows.Read(cancellationToken))
        {
            if (window.Number >= firstWindow)
            {
                if (skipping)
                {
                    skipping = false;
                    CheckBefore(hash, textBefore);
                }

                yield return window;
            }
            else
            {
                hash.Add(window);
            }
        }

        if (skipping)
        {
            CheckBefore(hash, textBefore);
        }
    }

    private void CheckBefore(WindowHash hash, string textBefore)
    {
        if (textBefore.Length > 0 && !string.Equals(hash.Current, textBefore, StringComparison.Ordinal))
        {
            throw new SteeringException($"{TextCorpus.Name(Windows.Corpus.Path)} is not the text that the earlier run read: its tokens differ before the place where that run stopped. Give the same text, or start anew.");
        }
    }
}
