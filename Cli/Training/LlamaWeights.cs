using Steering.Export.Checkpoints;
using Steering.Export.Cuts;
using Steering.Training.Llama;
using Steering.Training.Torch;

namespace Steering.Cli.Training;

/// <summary>The weights that a model was imported from, for what needs gradients through its blocks.</summary>
internal sealed class LlamaWeights : IDisposable
{
    private readonly ICheckpoint _checkpoint;

    private LlamaWeights(ICheckpoint checkpoint, LlamaModel llama) => (_checkpoint, Llama) = (checkpoint, llama);

    /// <summary>The model in TorchSharp.</summary>
    public LlamaModel Llama { get; }

    /// <summary>Loads them.</summary>
    /// <param name="path">A Hugging Face folder, or a GGUF file.</param>
    /// <param name="cut">The model that was imported from them.</param>
    /// <param name="notice">Told what loading libtorch has to say.</param>
    /// <exception cref="SteeringException">They cannot be read, or are of another shape than the model.</exception>
    public static LlamaWeights Load(string path, SiteCut cut, Action<string> notice)
    {
        var checkpoint = Checkpoint.Open(path);
        try
        {
            // Before libtorch, which takes a while.
            var settings = LlamaSettings.From(checkpoint.Config);
            if (settings.HiddenSize != cut.HiddenSize || settings.BlockCount != cut.BlockCount)
            {
                throw new SteeringException($"{path} has {settings.BlockCount} blocks of width {settings.HiddenSize}, {cut.Folder} {cut.BlockCount} of width {cut.HiddenSize}. Give the checkpoint that the model was imported from.");
            }

            TorchRuntime.EnsureLoaded(notice: notice);
            return new LlamaWeights(checkpoint, LlamaModel.Load(checkpoint));
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>How many blocks lie before a site.</summary>
    /// <exception cref="SteeringException">None does.</exception>
    public static int BlocksBefore(SiteCut cut, string site)
    {
        // The sites are the entry, then one after each block.
        var blocks = cut.Sites.ToList().IndexOf(site);
        return blocks > 0 ? blocks : throw new SteeringException($"{site} lies before the first block; what is learned belongs to the output of a block. Use an SAE after a block.");
    }

    public void Dispose()
    {
        Llama.Dispose();
        _checkpoint.Dispose();
    }
}
