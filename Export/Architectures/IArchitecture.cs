using Steering.Export.Checkpoints;

namespace Steering.Export.Architectures;

/// <summary>How one family of checkpoints becomes a graph: a page that names the tensors and joins the parts.</summary>
internal interface IArchitecture
{
    /// <summary>The <c>model_type</c>s of <c>config.json</c> that it reads.</summary>
    IReadOnlyList<string> ModelTypes { get; }

    /// <summary>The <c>model.type</c> that ONNX Runtime GenAI runs it as; all of them are plain decoders to it.</summary>
    /// <param name="modelType">One of <see cref="ModelTypes"/>.</param>
    string GenAiType(string modelType);

    /// <summary>Writes the graph from the token embedding to the logits.</summary>
    /// <param name="decoder">Where to write, with the shared parts of a decoder.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <exception cref="SteeringException">The checkpoint asks for something that this graph does not compute.</exception>
    void Build(DecoderGraph decoder, ICheckpoint checkpoint);
}
