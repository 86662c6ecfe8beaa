using Steering.Export.Onnx;
using Steering.Export.Sockets;
using Steering.Saes;
using Steering.Sockets;

namespace Steering.Export.Cuts;

/// <summary>
/// The graph of a model folder, to be cut at a site of the residual stream. The head ends where the residual is written:
/// no later block, no LM head. The tail takes a residual and ends in the logits. Weights stay where they are; sockets, if
/// the folder has any, are taken out.
/// </summary>
public sealed class SiteCut
{
    /// <summary>Name of the head's output and of the tail's input, f32 [B, S, d].</summary>
    public const string Residual = "steering.cut.residual";

    /// <summary>Name of the tail's output, f32 [B, S, vocabulary].</summary>
    public const string Logits = "steering.cut.logits";

    private const string Entry = "resid_pre.0";

    private readonly ModelProto _model;
    private readonly GraphInterface _names;
    private readonly ResidualSites _stream;
    private readonly Lazy<SocketManifest?> _manifest;
    private string? _weightsFingerprint;

    private SiteCut(string folder, string graphFile, ModelProto model, GraphInterface names, ResidualSites stream)
    {
        Folder = folder;
        GraphFile = graphFile;
        _model = model;
        _names = names;
        _stream = stream;
        _manifest = new Lazy<SocketManifest?>(() => File.Exists(Path.Combine(Folder, SocketManifest.FileName)) ? SocketManifestFile.Load(Folder) : null);
        Sites = [Entry, .. stream.Sites.Select(site => SocketLayout.ResidualSite(site.Block))];
    }

    /// <summary>Full path of the model folder.</summary>
    public string Folder { get; }

    /// <summary>File name of its graph.</summary>
    public string GraphFile { get; }

    /// <summary>Name of the model: the manifest's, the graph's, or the folder's.</summary>
    public string ModelName => _manifest.Value is { } manifest
        ? manifest.ModelName
        : _model.MetadataProps.FirstOrDefault(entry => string.Equals(entry.Key, SocketOptions.ModelNameKey, StringComparison.Ordinal))?.Value is { Length: > 0 } name ? name : Path.GetFileName(Folder);

    /// <summary>The sites at which it can be cut: <c>resid_pre.0</c>, then <c>resid_post.N</c> for every block.</summary>
    public IReadOnlyList<string> Sites { get; }

    /// <summary>Number of blocks.</summary>
    public int BlockCount => _stream.Sites.Count;

    /// <summary>Width d of the residual stream.</summary>
    public int HiddenSize => _stream.HiddenSize;

    /// <summary>Reads the graph of a model folder and follows its residual stream.</summary>
    /// <param name="modelFolder">Folder with <c>genai_config.json</c>, with sockets or without.</param>
    /// <exception cref="SteeringException">The folder is no model, or its residual stream cannot be followed with certainty.</exception>
    public static SiteCut Load(string modelFolder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(modelFolder);
        var folder = Path.GetFullPath(modelFolder);
        if (!Directory.Exists(folder))
        {
            throw new SteeringException($"The model folder {folder} does not exist. Make one with 'steer import SOURCE {folder}'.");
        }

        var genAi = GenAiFolder.Load(folder);
        var model = OnnxModelFile.Load(Path.Combine(folder, genAi.GraphFile));
        SocketRemoval.Apply(model.Graph);
        return new SiteCut(folder, genAi.GraphFile, model, genAi.Names, SiteFinder.Find(model, genAi.Names, genAi.Facts));
    }

    /// <summary>The name of a site as this class lists it.</summary>
    /// <param name="site"><c>resid_post.N</c>, <c>resid_pre.N</c> (which is <c>resid_post.N−1</c> from block 1 on), or a hook point as <see cref="HookPoint"/> reads it.</param>
    /// <exception cref="SteeringException">The model has no such site; the message lists those it has.</exception>
    public string Name(string site) => Sites[Find(site) + 1];

    /// <summary>The graph up to a site, with <see cref="Residual"/> as its only output.</summary>
    /// <param name="site">As for <see cref="Name"/>.</param>
    /// <exception cref="SteeringException">The model has no such site.</exception>
    internal ModelProto Head(string site)
    {
        var block = Find(site);
        var model = _model.Clone();
        var graph = model.Graph;
        string sum;
        if (block < 0)
        {
            sum = _stream.Entry;
        }
        else
        {
            // A fused skip and norm keeps its sum to itself unless it is asked for.
            var (node, output) = (graph.Node[_stream.Sites[block].Node], _stream.Sites[block].StreamOutput);
            while (node.Output.Count <= output)
            {
                node.Output.Add(string.Empty);
            }

            node.Output[output] = sum = node.Output[output] is { Length: > 0 } named ? named : Residual + "/sum";
        }

        graph.Node.Add(CutNodes.Convert(sum, Residual, TensorProto.Types.DataType.Float));
        graph.Output.Clear();
        graph.Output.Add(CutNodes.Declare(Residual, graph, _names, HiddenSize));
        GraphPruning.Apply(graph);
        return model;
    }

    /// <summary>The graph behind a site, with <see cref="Residual"/> as an input and <see cref="Logits"/> as its only output.</summary>
    /// <param name="site">As for <see cref="Name"/>.</param>
    /// <exception cref="SteeringException">The model has no such site.</exception>
    internal ModelProto Tail(string site)
    {
        var block = Find(site);
        var model = _model.Clone();
        var graph = model.Graph;
        var type = _stream.IsHalf ? TensorProto.Types.DataType.Float16 : TensorProto.Types.DataType.Float;
        var stream = Residual + "/stream";
        graph.Node.Add(CutNodes.Convert(Residual, stream, type));
        if (block < 0)
        {
            var producer = graph.Node.First(node => node.Output.Contains(_stream.Entry));
            CutNodes.Replace(graph, producer, producer.Output.IndexOf(_stream.Entry), stream);
        }
        else
        {
            var node = graph.Node[_stream.Sites[block].Node];
            if (GraphOperators.IsSkipNorm(node))
            {
                graph.Node.Add(CutNodes.Norm(node, stream));
                node.Output[0] = string.Empty;
            }

            CutNodes.Replace(graph, node, _stream.Sites[block].StreamOutput, stream);
        }

        var logits = graph.Output.First(output => string.Equals(output.Name, _names.Logits, StringComparison.Ordinal)).Clone();
        logits.Name = Logits;
        logits.Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float;
        graph.Node.Add(CutNodes.Convert(_names.Logits, Logits, TensorProto.Types.DataType.Float));
        graph.Output.Clear();
        graph.Output.Add(logits);
        graph.Input.Add(CutNodes.Declare(Residual, graph, _names, HiddenSize));
        GraphPruning.Apply(graph);
        return model;
    }

    /// <summary>SHA-256 of the checkpoint that the folder was imported from, in whatever precision; null where it does not say.</summary>
    public string? CheckpointSha256 => _manifest.Value is { } manifest
        ? manifest.CheckpointSha256
        : _model.MetadataProps.FirstOrDefault(entry => string.Equals(entry.Key, SocketOptions.CheckpointKey, StringComparison.Ordinal))?.Value is { Length: 64 } sha ? sha : null;

    /// <summary>
    /// The fingerprint to store with what is made on the model, as <see cref="ModelIdentity.Fingerprint"/> gives it for a socketed
    /// folder: the checkpoint's, else the weights'. A model, its socketed copy and its other precisions are the same model.
    /// </summary>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SteeringException">A file cannot be read.</exception>
    public string Fingerprint(CancellationToken cancellationToken = default) => CheckpointSha256 ?? WeightsFingerprint(cancellationToken);

    /// <summary>SHA-256 of the external weights as they are stored, or of the graph where it holds them. Computed at the first call.</summary>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SteeringException">A file cannot be read.</exception>
    public string WeightsFingerprint(CancellationToken cancellationToken = default) =>
        _weightsFingerprint ??= _manifest.Value is { } manifest ? ModelIdentity.Weights(manifest) : HashWeights(cancellationToken);

    /// <summary>Whether a fingerprint that was stored with something made on a model means this one.</summary>
    /// <param name="modelSha256">That of a checkpoint, or of weights as earlier versions stored it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SteeringException">A file cannot be read.</exception>
    public bool IsModel(string modelSha256, CancellationToken cancellationToken = default) =>
        string.Equals(modelSha256, CheckpointSha256, StringComparison.OrdinalIgnoreCase) || string.Equals(modelSha256, WeightsFingerprint(cancellationToken), StringComparison.OrdinalIgnoreCase);

    /// <summary>Refuses what was made on another model.</summary>
    /// <param name="what">What it is, for the message.</param>
    /// <param name="modelSha256">The fingerprint stored with it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="SteeringException">It is another model; the message names the option that accepts it.</exception>
    public void Check(string what, string modelSha256, CancellationToken cancellationToken = default)
    {
        if (!IsModel(modelSha256, cancellationToken))
        {
            ModelIdentity.Check(what, modelSha256, Folder, [Fingerprint(cancellationToken)], CheckpointSha256 is not null);
        }
    }

    private string HashWeights(CancellationToken cancellationToken)
    {
        string[] weights =
        [
            .. _model.Graph.Initializer.Where(ExternalData.IsExternal)
                .Select(tensor => ExternalData.Read(tensor, Folder).Location)
                .Distinct(StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        return IO.Fingerprint.Sha256([.. (weights.Length == 0 ? [GraphFile] : weights).Select(file => Path.Combine(Folder, file))], progress: null, cancellationToken);
    }

    private int Find(string site)
    {
        ArgumentNullException.ThrowIfNull(site);
        var name = SiteText.Normalise(site);
        var found = name is null ? -1 : ((IList<string>)[.. Sites]).IndexOf(name);
        return found >= 0
            ? found - 1
            : throw new SteeringException($"{Folder} has no site '{site}'. Its sites are {string.Join(", ", Sites)}.");
    }
}
