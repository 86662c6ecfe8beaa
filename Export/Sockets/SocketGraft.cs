using Steering.Export.Onnx;
using Steering.Sockets;

namespace Steering.Export.Sockets;

/// <summary>
/// Writes sockets into a graph. At a site, one addend of the node that writes the residual stream goes through an
/// <c>If</c>: with rows plugged in it takes the edit, without any it passes as it is, so that an idle socket changes
/// no bit and every reader of the stream sees the edit.
/// </summary>
internal static class SocketGraft
{
    private const int OldestOpset = 13;

    /// <summary>Adds sockets to a decoder graph in place.</summary>
    /// <param name="model">The graph; changed only when everything could be checked.</param>
    /// <param name="selection">Which blocks.</param>
    /// <param name="names">Names of the graph's inputs and outputs.</param>
    /// <param name="facts">What is known of the model beside the graph.</param>
    /// <exception cref="SteeringException">The graph has sockets already, is too old, lacks a site, or cannot be followed.</exception>
    public static SocketedGraph Apply(ModelProto model, SiteSelection selection, GraphInterface? names = null, ModelFacts? facts = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(selection);
        names ??= GraphInterface.Default;
        Refuse(model);
        var stream = SiteFinder.Find(model, names, facts);
        var chosen = selection.Choose(stream.Sites);
        var opset = Opset(model);
        var graph = model.Graph;
        var index = new GraphIndex(graph);
        var shared = new NodeWriter("/steering", opset);
        var sizes = shared.Sizes([.. chosen.Select(site => SocketLayout.Read(SocketLayout.ResidualSite(site.Block)))]);
        var used = Array.ConvertAll(sizes, size => shared.AnyPositive(size));
        var first = chosen.Min(site => site.Node);
        var positions = TokenPositions.Write(shared, index, names, first);

        var shape = Shape(index, names, stream.HiddenSize);
        var edits = new GraphEdits(graph, index);
        var published = chosen.Where(site => SocketInterface.TryRenameResidual(edits, site, stream)).ToHashSet();
        foreach (var (site, plugged) in chosen.Zip(used))
        {
            edits.InsertBefore(site.Node, SiteGraft.Write(index.Nodes[site.Node], site, stream, shape, plugged, positions, opset));
            SocketInterface.Declare(graph, site.Block, stream.HiddenSize);
            if (!published.Contains(site))
            {
                SocketInterface.CopyResidual(edits, site, stream);
            }
        }

        edits.InsertBefore(first, shared);
        edits.Apply();
        if (!model.OpsetImport.Any(set => string.Equals(set.Domain, "com.microsoft", StringComparison.Ordinal)))
        {
            model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        }

        var sites = chosen.Select(site => new SocketSite(SocketLayout.ResidualSite(site.Block), site.Block, stream.HiddenSize)).ToArray();
        return new SocketedGraph(sites, stream.Sites.Count, stream.HiddenSize, stream.IsHalf);
    }

    /// <summary>
    /// The stream's shape in the symbols that the token ids are declared with: an <c>If</c> would otherwise hide it from
    /// ONNX Runtime's optimiser, which fuses some nodes only where it knows that shapes agree.
    /// </summary>
    private static TensorShapeProto Shape(GraphIndex index, GraphInterface names, int hiddenSize)
    {
        var shape = index.Type(names.InputIds)?.Shape?.Clone();
        if (shape is not { Dim.Count: 2 })
        {
            shape = new TensorShapeProto();
            shape.Dim.Add(new TensorShapeProto.Types.Dimension());
            shape.Dim.Add(new TensorShapeProto.Types.Dimension());
        }

        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = hiddenSize });
        return shape;
    }

    private static void Refuse(ModelProto model)
    {
        var existing = model.Graph?.Input.FirstOrDefault(input => input.Name.StartsWith("steering.", StringComparison.Ordinal));
        if (existing is not null)
        {
            throw new SteeringException($"The graph has sockets already (input '{existing.Name}'). Socket the original model folder, with all the sites at once.");
        }
    }

    private static long Opset(ModelProto model)
    {
        var version = model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version ?? 0;
        return version >= OldestOpset
            ? version
            : throw new SteeringException($"The graph uses operator set {version}; sockets need {OldestOpset} or later. Export the model with a newer tool.");
    }
}

/// <summary>What a graph became by <see cref="SocketGraft.Apply"/>: the part of a manifest that the graph alone decides.</summary>
/// <param name="Sites">The sites, by ascending block.</param>
/// <param name="BlockCount">Number of blocks of the model.</param>
/// <param name="HiddenSize">Width d of the residual stream.</param>
/// <param name="IsHalf">Whether the stream is half precision.</param>
public sealed record SocketedGraph(IReadOnlyList<SocketSite> Sites, int BlockCount, int HiddenSize, bool IsHalf);
