using System.CommandLine;
using System.Globalization;
using Steering.Cli.CommandLine;
using Steering.Cli.Terminal;
using Steering.Saes;
using Steering.Saes.Formats;
using Steering.Tensors;

namespace Steering.Cli.Commands.Saes;

/// <summary><c>steer sae encode</c>: residual vectors in, activations and reconstruction out.</summary>
internal static class SaeEncodeCommand
{
    private const string InputName = "x";
    private const string ActivationsName = "feature_acts";
    private const string ReconstructionName = "reconstruction";

    public static Command Create(CliConsole console)
    {
        var folder = new Argument<string>("SAE") { Description = "SAE folder, or its file of weights." };
        var input = Values.Path("--input", "Tensor file with residual vectors [T, d] under the name x, that of the SAE's site, or as its only tensor of two dimensions.", "X.safetensors", required: true);
        var output = Values.Path("--output", "File to write: feature_acts [T, D] and reconstruction [T, d].", "Y.safetensors", required: true);
        var tensor = Values.Path("--tensor", "Name of the tensor to read, as in resid_post.15.", "NAME");
        return new Command("encode", "Encode residual vectors with a sparse autoencoder.") { folder, input, output, tensor }
            .WithExamples("steer sae encode sae-l15 --input trace.safetensors --tensor resid_post.15 --output acts.safetensors")
            .WritesFile(parsed => parsed.GetValue(output))
            .Runs(async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(output)!;
                var sae = SaeFolder.Load(new SandboxNames(console).Sae(parsed.GetRequiredValue(folder)));
                var (x, tokens) = ReadInput(parsed.GetRequiredValue(input)!, parsed.GetValue(tensor), sae);
                var (activations, reconstruction) = await Task.Run(() => Run(sae, x, tokens), cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                SafetensorsWriter.Write(path,
                [
                    TensorData.FromFloat32(ActivationsName, [tokens, sae.LatentCount], activations),
                    TensorData.FromFloat32(ReconstructionName, [tokens, sae.HiddenSize], reconstruction),
                ]);
                var active = activations.Length - activations.AsSpan().Count(0f);
                console.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{path} holds {ActivationsName} [{tokens}, {sae.LatentCount}] and {ReconstructionName} [{tokens}, {sae.HiddenSize}]; {(double)active / Math.Max(tokens, 1):F1} latents are active per token."));
            });
    }

    private static (float[] X, int Tokens) ReadInput(string path, string? name, SparseAutoencoder sae)
    {
        using var file = SafetensorsFile.Open(path);
        name ??= file.Contains(InputName) ? InputName : sae.Site is { } site && file.Contains(site) ? site : OnlyMatrix(file);
        var shape = file.Describe(name).Shape;
        if (shape.Count != 2 || shape[1] != sae.HiddenSize)
        {
            throw new SteeringException($"{path}: tensor '{name}' has shape [{string.Join(", ", shape)}]; {sae.Source} encodes [T, {sae.HiddenSize}].");
        }

        var tokens = (int)shape[0];
        if (checked((long)tokens * sae.LatentCount) > Array.MaxLength)
        {
            throw new SteeringException(string.Create(CultureInfo.InvariantCulture, $"{path}: {tokens} tokens × {sae.LatentCount} latents are more than one tensor can hold here; encode the file in parts."));
        }

        return (file.ReadFloat32(name), tokens);
    }

    private static string OnlyMatrix(SafetensorsFile file)
    {
        var matrices = file.Names.Where(name => file.Describe(name).Shape.Count == 2).ToArray();
        return matrices is [var only]
            ? only
            : throw new SteeringException($"{file.Path} has no tensor '{InputName}' and {matrices.Length} of two dimensions; name one with --tensor, as in --tensor {(matrices.Length > 0 ? matrices[0] : InputName)}.");
    }

    private static (float[] Activations, float[] Reconstruction) Run(SparseAutoencoder sae, float[] x, int tokens)
    {
        var activations = new float[tokens * sae.LatentCount];
        var reconstruction = new float[tokens * sae.HiddenSize];
        sae.Encode(x, tokens, activations);
        sae.Decode(activations, x, tokens, reconstruction);
        return (activations, reconstruction);
    }
}
