using System.Globalization;
using Steering.Analysis.Corpora;
using Steering.Analysis.Harvest;
using Steering.Analysis.Shards;
using Steering.Analysis.Windows;
using Steering.Export.Cuts;

namespace Steering.Analysis.Sources;

/// <summary>Checks everything that a harvest needs before the model is loaded, and loads it when asked.</summary>
internal sealed class HarvestSetup : IDisposable
{
    private readonly ActivationSourceOptions _options;
    private readonly SiteCut _cut;
    private readonly TextCorpus _corpus;
    private readonly TokenWindows _windows;

    private HarvestSetup(ActivationSourceOptions options, SiteCut cut, TextCorpus corpus, TokenWindows windows, ShardJob job)
    {
        _options = options;
        _cut = cut;
        _corpus = corpus;
        _windows = windows;
        Job = job;
    }

    /// <summary>What decides the rows beside the text.</summary>
    public ShardJob Job { get; }

    public int HiddenSize => _cut.HiddenSize;

    public int BatchTokens => Math.Max(1, _options.Harvest.BatchTokens);

    public bool IsRepeatable => _corpus.IsRepeatable;

    /// <summary>Everything in words, for saved states. The type counts where rows are rounded to it.</summary>
    public string Identity => string.Create(
        CultureInfo.InvariantCulture,
        $"{Job.ModelName} ({Job.ModelSha256[..16]}) at {Job.Site}, {Job.Text}, {Job.Windows}, {Job.Harvest}{(_options.ShardFolder is null ? string.Empty : $", stored as {Job.Type} {Job.WindowsPerShard} windows a shard")}");

    public static HarvestSetup Create(ActivationSourceOptions options, CancellationToken cancellationToken)
    {
        var model = options.ModelFolder ?? throw new SteeringException("A text is harvested with a model. Name the model folder.");
        var text = options.TextPath ?? throw new SteeringException("No text was given to harvest. Name a file, or - for standard input.");
        var cut = SiteCut.Load(model);
        var site = cut.Name(options.Site ?? throw new SteeringException($"No site was given. The sites of {cut.Folder} are {string.Join(", ", cut.Sites)}."));
        MassiveLimit.CheckFactor(options.Harvest.Exclusion.MassiveFactor);
        if (options.ShardBytes is < 1 or > ActivationSourceOptions.LargestShardBytes)
        {
            throw new SteeringException($"Shards of {options.ShardBytes} bytes are not possible; give 1 to {ActivationSourceOptions.LargestShardBytes}.");
        }

        var type = ShardLayout.TypeName(options.StoredType);
        var corpus = TextCorpus.Open(text, options.Corpus with { Chat = options.Windows.Chat });
        var windows = TokenWindows.Load(cut.Folder, options.Windows, options.Model);
        var job = new ShardJob
        {
            ModelName = cut.ModelName,
            ModelSha256 = cut.WeightsFingerprint(cancellationToken),
            CheckpointSha256 = cut.CheckpointSha256,
            Site = site,
            HiddenSize = cut.HiddenSize,
            Type = type,
            Text = corpus.Description,
            Windows = windows.Description,
            Harvest = Harvester.Describe(options.Harvest),
            WindowsPerShard = ShardWriter.WindowsPerShard(options.ShardBytes, cut.HiddenSize, options.StoredType, options.Windows.Length),
        };
        return new HarvestSetup(options, cut, corpus, windows, job);
    }

    /// <summary>Loads the model up to the site.</summary>
    public HarvestPipeline Load(ShardWriter? writer) =>
        new(_corpus, _windows, new Harvester(SiteHead.Load(_cut, Job.Site, _options.Model), _options.Harvest), writer);

    /// <summary>Tokens that one pass puts through the model.</summary>
    public long CountTokens(CancellationToken cancellationToken) =>
        Windows(cancellationToken).Sum(window => (long)window.Ids.Length);

    /// <summary>Refuses a complete folder that was harvested from another text. The whole text is cut into tokens for it; the model is not run.</summary>
    /// <exception cref="SteeringException">The text is not the one that the folder was harvested from.</exception>
    public void CheckText(ShardIndex index, string folder, CancellationToken cancellationToken)
    {
        using var hash = new WindowHash();
        foreach (var window in Windows(cancellationToken))
        {
            hash.Add(window);
        }

        if (!string.Equals(hash.Current, index.Shards[^1].TextSha256, StringComparison.Ordinal))
        {
            throw new SteeringException($"{folder} is complete, and was harvested from another text than {TextCorpus.Name(_corpus.Path)}: the tokens differ. Choose another folder, or give the text it was harvested from.");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _windows.Dispose();

    private IEnumerable<TokenWindow> Windows(CancellationToken cancellationToken) =>
        HarvestPipeline.UpTo(_options.Harvest.MaximumTokens, _windows.Read(_corpus.Read(cancellationToken), cancellationToken: cancellationToken));
}
