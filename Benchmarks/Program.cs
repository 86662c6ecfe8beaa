using Steering;
using Steering.Benchmarks;

const string Usage = """
    usage: dotnet run -c Release --project Benchmarks -- COMMAND …
      sockets PLAIN IDLE-ONE IDLE-ALL --sae DIR    cost of sockets, idle and active, on three folders of one model
      precision FP32 INT4 [OTHER…]                 decode speed of model folders beside each other
      import SOURCE                                seconds to import a checkpoint, fp32 and int4
      device FOLDER|CHECKPOINT                     a socketed model on the processor and on CUDA
      load FOLDER                                  seconds from nothing to the first token
      memory FOLDER                                memory of a process by what it decodes with
      filter FOLDER                                a toxicity filter that stays quiet, beside no filter
      harvest FOLDER TEXT SITE                     tokens a second of the cut graph, and of harvest and training as one stream
      train                                        a training step beside its encoder product and plain autograd
      encode [SAE]                                 encoding with the exported graph beside TorchSharp and our own
      batch FOLDER [ROUNDS [THREADS]]              eight conversations at once beside GenAI's fixed batch (6 rounds)
      prefill FOLDER                               time between tokens while the prompt of another is read
      concept FOLDER TEXTS LABEL SITE [ROUNDS]     concept fit on 10,000 labelled texts beside the harvest alone (2 rounds)
      attenuate FOLDER                             64 features attenuated by a table beside 64 clamped
      evaluate FOLDER                              decoding of an experiment beside a plain batch of the same requests
      template [FILE.jinja…]                       the prompt of 100 messages, by chat templates and by hand
      catalogue [FEATURES]                         a feature catalogue: size, opening, searching (1000000)
    """;

Machine.Print();
try
{
    switch (args)
    {
        case ["sockets", var plain, var one, var all, "--sae", var sae]:
            SocketBenchmark.Run(plain, one, all, sae);
            return 0;
        case ["precision", .. { Length: >= 2 } folders]:
            PrecisionBenchmark.Run(folders);
            return 0;
        case ["import", var source]:
            ImportBenchmark.Run(source);
            return 0;
        case ["device", var folder]:
            DeviceBenchmark.Run(folder);
            return 0;
        case ["load", var folder]:
            LoadBenchmark.Run(folder);
            return 0;
        case ["memory", var folder]:
            MemoryBenchmark.Run(folder);
            return 0;
        case ["memory", var folder, var name]:
            await MemoryBenchmark.RunAsync(folder, name);
            return 0;
        case ["filter", var folder]:
            await FilterBenchmark.RunAsync(folder);
            return 0;
        case ["harvest", var folder, var text, var site]:
            HarvestBenchmark.Run(folder, text, site);
            return 0;
        case ["template", .. var files]:
            TemplateBenchmark.Run(files);
            return 0;
        case ["train"]:
            TrainBenchmark.Run();
            return 0;
        case ["encode"]:
            EncodeBenchmark.Run(folder: null);
            return 0;
        case ["encode", var folder]:
            EncodeBenchmark.Run(folder);
            return 0;
        case ["batch", var folder, .. { Length: <= 2 } numbers] when Array.TrueForAll(numbers, number => int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _)):
            int Number(int index, int otherwise) => numbers.Length > index ? int.Parse(numbers[index], System.Globalization.CultureInfo.InvariantCulture) : otherwise;
            BatchBenchmark.Run(folder, Math.Max(1, Number(0, 6)), Number(1, 0));
            return 0;
        case ["concept", var folder, var texts, var label, var site, .. { Length: <= 1 } numbers] when Array.TrueForAll(numbers, number => int.TryParse(number, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _)):
            ConceptBenchmark.Run(folder, texts, label, site, Math.Max(1, numbers.Length > 0 ? int.Parse(numbers[0], System.Globalization.CultureInfo.InvariantCulture) : 2));
            return 0;
        case ["prefill", var folder]:
            await PrefillBenchmark.RunAsync(folder);
            return 0;
        case ["attenuate", var folder]:
            AttenuateBenchmark.Run(folder);
            return 0;
        case ["evaluate", var folder]:
            await EvaluateBenchmark.RunAsync(folder);
            return 0;
        case ["catalogue"]:
            CatalogueBenchmark.Run(1_000_000);
            return 0;
        case ["catalogue", var features] when int.TryParse(features, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var count) && count > 0:
            CatalogueBenchmark.Run(count);
            return 0;
        default:
            Console.Error.WriteLine(Usage);
            return 2;
    }
}
catch (SteeringException exception)
{
    Console.Error.WriteLine(exception.Message);
    return 1;
}
