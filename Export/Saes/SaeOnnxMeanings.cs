using Steering.Export.Onnx;

namespace Steering.Export.Saes;

/// <summary>Says in the graph itself what each input and output is.</summary>
internal static class SaeOnnxMeanings
{
    /// <summary>Puts a sentence on every input and output.</summary>
    public static void Describe(GraphProto graph, SaeOnnxGraphs kind)
    {
        foreach (var value in graph.Input.Concat(graph.Output))
        {
            value.DocString = Of(value.Name, kind);
        }
    }

    private static string Of(string name, SaeOnnxGraphs graph) => name switch
    {
        SaeOnnxNames.X => "Residual vectors of the site, as the model computes them.",
        SaeOnnxNames.Activations when graph == SaeOnnxGraphs.Edit => "Activations of the edited latents, before the edit.",
        SaeOnnxNames.Activations => "Activation of every latent, 0 where it is inactive.",
        SaeOnnxNames.TopValues => "Activations of the latents in 'indices'; 0 counts for nothing.",
        SaeOnnxNames.TopIndices => "Latents, 0-based.",
        SaeOnnxNames.Scale => "Factor of each token's normalisation; encode gives it, decode takes it back.",
        SaeOnnxNames.Mean => "Mean of each token; encode gives it, decode takes it back.",
        SaeOnnxNames.Reconstruction => "The autoencoder's reconstruction of x.",
        SaeOnnxNames.Latents => "Latents to edit, 0-based, each once; may be empty.",
        SaeOnnxNames.Gain => "Factor of the activation: 1 keeps it, 0 ablates.",
        SaeOnnxNames.Offset => "Added after the factor: 0 adds nothing.",
        SaeOnnxNames.Low => "Lowest activation after the edit: -infinity for none.",
        SaeOnnxNames.High => "Highest activation after the edit: +infinity for none.",
        SaeOnnxNames.Gate => "The edit happens where the activation exceeds this: -infinity for everywhere, 0 for where the latent is active.",
        SaeOnnxNames.Edited => "x + decode(edited activations) - decode(activations).",
        _ => throw new InvalidOperationException($"'{name}' has no meaning."),
    };
}
